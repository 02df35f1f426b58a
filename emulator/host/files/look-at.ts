/**
 * What a path on the host is, before anything is done with it: opening a pipe waits for its other end, a socket cannot be
 * opened, and a device's length is not in its directory entry. Every path that a person names comes through here.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { answering } from './answering.ts';
import { deviceNumber } from './device-size.ts';
import { MachineError } from '../../error/machine-error.ts';
import { pathErrorOf } from './path-error.ts';

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

/** @throws MachineError when the path is neither a file nor a block device, or does not answer */
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
    throw new MachineError('path-dangling', { path, target: await readlink(path) });
  }
}

/** @throws MachineError for anything but a file or a block device */
export function factsOf(path: string, facts: BigIntStats): PathFacts {
  if (facts.isDirectory()) throw new MachineError('path-is-folder', { path });
  if (facts.isFIFO()) throw new MachineError('path-is-pipe', { path });
  if (facts.isSocket()) throw new MachineError('path-is-socket', { path });
  if (facts.isCharacterDevice()) throw new MachineError('path-is-character-device', { path, instead: blockDeviceOf(path) });
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
const blockDeviceOf = (path: string) => (/^\/dev\/rdisk\d/.test(path) ? path.replace('/rdisk', '/disk') : undefined);
