/** A folder of the host's that can be made to hang: a file system of its own, which our own FUSE server answers for. Linux, root. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';

export interface MountedFolder {
  readonly path: string;
  /** From now on nothing that asks for something there comes back, or does again. */
  hang(hangs: boolean): void;
}

/** Mounts what is in `shared` at a place of its own, until the test is over. */
export async function fuseMount(shared: string): Promise<MountedFolder> {
  const path = join(temporaryFolder(), 'mounted');
  mkdirSync(path);
  const words = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./fuse-mount-worker.ts', import.meta.url), { workerData: { shared, path, words } });
  const hang = (hangs: boolean) => {
    Atomics.store(words, 0, hangs ? 1 : 0);
    Atomics.notify(words, 0);
  };
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  onTestFinished(async () => {
    hang(false);
    spawnSync('umount', ['-l', path]);
    await exited;
  });
  await new Promise((resolve, reject) => void worker.once('message', resolve).once('error', reject));
  return { path, hang };
}
