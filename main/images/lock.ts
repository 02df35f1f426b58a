/**
 * One process at a time does a piece of work in the cache. The lock is a file that names its owner and is touched while
 * held; an owner that died, or that has not touched it for a minute, loses it, so that nobody waits for ever.
 */
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { storageError, temporaryBeside } from './cache.ts';

/** The owner touches the file every `refresh` ms; after `stale` ms without that it is taken for dead. */
const refresh = 5_000;
const stale = 60_000;
const poll = 200;

/** Runs `work` while holding the lock file; calls `waiting` once if another process has it. */
export async function withLock<T>(file: string, work: () => Promise<T>, waiting?: () => void, signal?: AbortSignal): Promise<T> {
  let told = false;
  while (!(await take(file))) {
    if (await isAbandoned(file)) {
      await breakLock(file);
      continue;
    }
    if (!told) waiting?.();
    told = true;
    await delay(poll, undefined, signal ? { signal } : {});
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), refresh);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'wx');
    await handle.writeFile(`${process.pid}\n`);
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw storageError(error, dirname(file));
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs > stale) return true;
    const owner = Number(await readFile(file, 'utf8'));
    // An empty file belongs to an owner that is just about to write its name.
    return owner > 0 && !isAlive(owner);
  } catch {
    return false;
  }
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Renaming first lets exactly one of several waiting processes remove the file they all judged abandoned. */
async function breakLock(file: string): Promise<void> {
  const aside = temporaryBeside(file);
  try {
    await rename(file, aside);
    await rm(aside, { force: true });
  } catch {
    // Another process was faster.
  }
}
