/** Decides whether something built is older than what it is built from, and lets one process build at a time. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The newest change below the given files and folders, in milliseconds since the epoch. */
function newest(sources: readonly string[]): number {
  let latest = 0;
  for (const source of sources) {
    latest = Math.max(latest, modified(source));
    if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) latest = Math.max(latest, modified(join(source, name)));
  }
  return latest;
}

/** True when `product` is there and nothing of `sources` (a removed file changes its folder) is newer. */
export const isFresh = (product: string, sources: readonly string[]): boolean => {
  const made = modified(product);
  return made > 0 && made >= newest(sources);
};

const ASK_AGAIN_MS = 100;

/** Runs `work` while no other process does the same; a lock whose process has died is taken over. */
export async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true });
  while (!tryLock(lock)) await sleep(ASK_AGAIN_MS);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // A lock that was made this moment may not carry its holder's number yet.
    if (holder === 0) return Date.now() - modified(lock) < 1000;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
