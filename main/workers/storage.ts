/**
 * The store as the main thread uses it: jobs by name, run by two workers that are started when they are first needed.
 * The storage worker is the only writer; the return worker reads beside it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Home } from '../library/home.ts';
import { JobThread, type JobOptions } from '../jobs/job-thread.ts';
import { jobCalls, type Storage } from '../jobs/storage.ts';
import type { ReadingJobs } from './reading-jobs.ts';
import type { WritingJobs } from './writing-jobs.ts';

/** Every job there is. */
export type StorageJobs = Omit<WritingJobs & ReadingJobs, 'ready'>;

/** Names of the jobs; the tables themselves belong to the workers, so that their modules load there only. */
const READING: Readonly<Record<Exclude<keyof ReadingJobs, 'ready'>, true>> = {
  compareMemory: true,
  fillMemory: true,
  compareSnapshots: true,
  sameContent: true,
  exportImage: true,
  exportMachine: true,
  listGuestFolder: true,
  readGuestFile: true,
  takeGuestFile: true,
};
const WRITING: Readonly<Record<Exclude<keyof WritingJobs, 'ready'>, true>> = {
  storeMemory: true,
  storeOverlay: true,
  copyDisks: true,
  copyOwner: true,
  nextVersion: true,
  dropVersions: true,
  dropOwners: true,
  hasManifest: true,
  manifestNames: true,
  collect: true,
  freedBy: true,
  usage: true,
  tidy: true,
  bytesOf: true,
  checkStore: true,
  importMachine: true,
  importImage: true,
  compactDisk: true,
};

export const storeFile = (home: Home): string => join(home.folder, 'store.db');
export const overlayFolder = (home: Home): string => join(home.folder, 'overlays');

/** The storage of a home. Nothing is opened before the first job. */
export function storageOf(home: Home): Storage<StorageJobs> {
  const file = storeFile(home);
  const options = { workerData: { file } };
  const writer = new JobThread(
    () => new Worker(new URL('./storage-worker.ts', import.meta.url), options),
    // The lock names this process, which lives on; its thread's work is undone by the next opening.
    () => rmSync(`${file}.lock`, { force: true }),
  );
  const reader = new JobThread(() => new Worker(new URL('./return-worker.ts', import.meta.url), options));
  let prepared: Promise<unknown> | undefined;
  // A reader finds no store until the writer has made it, or has mended what an ended program left.
  const prepare = () =>
    (prepared ??= writer.run('ready', {}).catch((error: unknown) => ((prepared = undefined), Promise.reject(error as Error))));
  let warmed = false;
  const warm = () => {
    warmed = true;
    void prepare()
      .then(() => reader.run('ready', {}))
      .catch(() => (warmed = false));
  };
  const read = async (name: string, args: unknown, jobOptions?: JobOptions) => {
    await prepare();
    return reader.run(name, args, jobOptions);
  };
  const write = (name: string, args: unknown, jobOptions?: JobOptions) => {
    // Going back is to be quick when it is asked for: the reader starts with the first thing stored.
    if (!warmed) warm();
    return writer.run(name, args, jobOptions);
  };
  let closing: Promise<void> | undefined;
  return {
    file,
    overlays: overlayFolder(home),
    run: {
      ...jobCalls<Omit<WritingJobs, 'ready'>>(Object.keys(WRITING) as (keyof typeof WRITING)[], write),
      ...jobCalls<Omit<ReadingJobs, 'ready'>>(Object.keys(READING) as (keyof typeof READING)[], read),
    },
    close: () => (closing ??= reader.close().then(() => writer.close())),
  };
}
