/**
 * The store as the main thread uses it: jobs by name, run by two workers that are started when they are first needed.
 * The storage worker is the only writer; the return worker reads beside it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Home } from '../library/home.ts';
import { JobThread, type JobOptions } from '../jobs/job-thread.ts';
import type { ArgumentsOf, ResultOf } from '../jobs/job.ts';
import type { ReadingJobs } from './reading-jobs.ts';
import type { WritingJobs } from './writing-jobs.ts';

/** Every job there is. */
export type StorageJobs = WritingJobs & ReadingJobs;

export interface Storage {
  /** The store's file. */
  readonly file: string;
  /** Where overlay files of heads are. */
  readonly overlays: string;
  /**
   * Runs a job; writing ones in the storage worker, reading ones in the return worker, beside each other.
   * @throws StorageError when the store cannot be used; what the job throws; the signal's reason when cancelled
   */
  run<N extends keyof StorageJobs>(name: N, args: ArgumentsOf<StorageJobs[N]>, options?: JobOptions): Promise<ResultOf<StorageJobs[N]>>;
  /** Cancels what runs and ends the workers; a second call waits for the first. */
  close(): Promise<void>;
}

/** Names of the jobs that only read; the table itself belongs to the worker, so that its modules load there only. */
const READING: Readonly<Record<Exclude<keyof ReadingJobs, 'ready'>, true>> = {
  compareMemory: true,
  fillMemory: true,
  compareSnapshots: true,
  sameContent: true,
  exportImage: true,
  exportMachine: true,
};

export const storeFile = (home: Home): string => join(home.folder, 'store.db');
export const overlayFolder = (home: Home): string => join(home.folder, 'overlays');

/** The storage of a home. Nothing is opened before the first job. */
export function storageOf(home: Home): Storage {
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
  let closing: Promise<void> | undefined;
  return {
    file,
    overlays: overlayFolder(home),
    async run(name, args, jobOptions) {
      const reads = Object.hasOwn(READING, name);
      if (reads) await prepare();
      // Going back is to be quick when it is asked for: the reader starts behind the first thing stored.
      else if (!warmed) warm();
      // The tables tie a name to its types; the threads carry them untyped.
      return (await (reads ? reader : writer).run(name, args, jobOptions)) as never;
    },
    close: () => (closing ??= reader.close().then(() => writer.close())),
  };
}
