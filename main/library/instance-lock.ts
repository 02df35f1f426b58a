/**
 * One program at a time owns a library. The lock file says which process that is and where it listens, so that the
 * CLI finds the running program without opening the database; a file left by a dead process is taken over.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { requireOwnFile } from './own-files.ts';
import { birthOf, isAlive } from './process-birth.ts';

export interface Owner {
  readonly pid: number;
  /** What a person would call it: `the window`, `viv serve`. */
  readonly program: string;
  /** Absent for a command that works in process and is soon done. */
  readonly socket?: string;
  /** When the process started, in the system's own terms, to tell it from a later process with the same pid. */
  readonly birth: string;
}

export interface InstanceLock {
  /** Gives the library free. */
  release(): void;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/**
 * The living process that owns the library, if there is one.
 * @throws ContractError `foreign` when another user put the lock there: it would say where to connect to
 */
export function findOwner(lockFile: string): Owner | undefined {
  requireOwnFile(lockFile, 'the lock');
  const owner = readOwner(lockFile);
  return owner && isAlive(owner) ? owner : undefined;
}

/**
 * Takes the library for this process.
 * @throws ContractError `locked`, naming the process, when another one has it; file errors as Node throws them
 */
export function lockInstance(lockFile: string, program: string, socket?: string): InstanceLock {
  const owner: Owner = { pid: process.pid, program, birth: birthOf(process.pid), ...(socket ? { socket } : {}) };
  const mine = `${lockFile}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
  try {
    if (!tryLink(mine, lockFile)) {
      const holder = findOwner(lockFile);
      if (holder) throw lockedBy(holder);
      discardStale(lockFile, `${mine}.stale`);
      if (!tryLink(mine, lockFile)) throw lockedBy(readOwner(lockFile));
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release: () => {
      if (readOwner(lockFile)?.pid === process.pid) rmSync(lockFile, { force: true });
    },
  };
}

/** A hard link is made or refused in one step, with its content already there. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return tryCopy(from, to);
    throw error;
  }
}

/** For file systems without hard links (exFAT); a reader may see the file before its content, and then waits. */
function tryCopy(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead process's lock away; if a living one slipped in between, its lock is put back. */
function discardStale(lockFile: string, aside: string): void {
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (findOwner(aside)) tryLink(aside, lockFile);
  rmSync(aside, { force: true });
}

function lockedBy(holder: Owner | undefined): ContractError {
  const who = holder ? `${holder.program} (process ${holder.pid})` : 'another Vivarium that is just starting';
  return new ContractError('library-in-use', { who });
}
