/**
 * What a path on the host is, before anything is done with it: opening a pipe waits for its other end, a socket cannot be
 * opened, and a device's length is not in its directory entry. Every path that a person names comes through here.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { answering } from './answering.ts';
import { deviceNumber } from './device-size.ts';
import { PathError, pathErrorOf } from './path-error.ts';

/** A file or block device. */
export interface PathFacts {
  readonly kind: 'file' | 'block device';
  /**
   * What makes it itself, under whatever name: device and inode, or the number of the device. Two paths with one identity
   * are one file.
   */
  readonly identity: string;
  /** The entry itself, `st_dev` and `st_ino`. */
  readonly device: bigint;
  readonly inode: bigint;
  /** Length of a file in bytes; 0 for a device. */
  readonly fileBytes: number;
  /** Bytes that a file takes on the host. */
  readonly hostBytes: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Bytes in the unit of `st_blocks`. */
const BLOCK_BYTES = 512n;

/** @throws PathError when the path is neither a file nor a block device, or does not answer */
export async function lookAt(path: string): Promise<PathFacts> {
  try {
    return factsOf(path, await answering({ path }, () => statOf(path)));
  } catch (error) {
    throw pathErrorOf(path, error, false);
  }
}

async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const link = await lstat(path).catch(() => undefined);
    if (!link?.isSymbolicLink()) throw error;
    throw new PathError('dangling link', `${path} is a symbolic link to ${await readlink(path)}, which is not there`);
  }
}

/** @throws PathError for anything but a file or a block device */
export function factsOf(path: string, facts: BigIntStats): PathFacts {
  const refuse = (fault: PathError['fault'], what: string) => new PathError(fault, `${path} is ${what}`);
  if (facts.isDirectory()) throw refuse('folder', 'a folder, not a file');
  if (facts.isFIFO()) throw refuse('pipe', 'a pipe, which can be read only once: save what comes out of it as a file first');
  if (facts.isSocket()) throw refuse('socket', 'a socket, not a file');
  if (facts.isCharacterDevice()) throw refuse('character device', `a character device, not a file or a disk${rawDiskAdvice(path)}`);
  return {
    kind: facts.isBlockDevice() ? 'block device' : 'file',
    identity: facts.isBlockDevice() ? `device ${deviceNumber(facts.rdev)}` : `${facts.dev}:${facts.ino}`,
    device: facts.dev,
    inode: facts.ino,
    fileBytes: facts.isBlockDevice() ? 0 : Number(facts.size),
    hostBytes: Number((facts.blocks ?? 0n) * BLOCK_BYTES),
    changedAt: Number(facts.mtimeMs),
  };
}

/** On macOS every disk has a character device beside its block device. */
const rawDiskAdvice = (path: string) => (/^\/dev\/rdisk\d/.test(path) ? `: give ${path.replace('/rdisk', '/disk')}` : '');
