/** What a guest is told of a file: it belongs to whoever mounted it, and keeps the permissions that it has here. */
import type { BigIntStats } from 'node:fs';
import type { Attributes } from '../../emulator/share/tree.ts';

/** Read, write and execute of the three; set-id and sticky bits stay out of shared folders. */
export const PERMISSIONS = 0o777;
const TYPE = 0o170_000;
/** Where a folder holds other file systems, their inode numbers are told apart by the upper bits. */
const DEVICE_SHIFT = 44n;

/** @param home the device of the folder itself */
export const attributesOf = (stats: BigIntStats, home: bigint): Attributes => ({
  inode: BigInt.asUintN(64, stats.dev === home ? stats.ino : stats.ino ^ ((stats.dev + 1n) << DEVICE_SHIFT)),
  mode: Number(stats.mode) & (TYPE | PERMISSIONS),
  links: Number(stats.nlink),
  size: stats.size,
  blocks: stats.blocks,
  accessed: stats.atimeNs,
  modified: stats.mtimeNs,
  changed: stats.ctimeNs,
});
