/** Byte strings as what Node's calls take, and what `stat` says as an identity. */
import { type BigIntStats, lstatSync } from 'node:fs';
import { ShareError } from '../../emulator/share/errno.ts';
import { type Identity, isSame, type Node } from '../../emulator/share/node-table.ts';
import type { NodeKind } from '../../emulator/share/tree.ts';

export const hostPath = (path: string): Buffer => Buffer.from(path, 'latin1');
/** A path of this program's own as a byte string. */
export const byteStringOf = (path: string): string => Buffer.from(path).toString('latin1');

export const identityOf = ({ dev, ino, birthtimeNs }: BigIntStats): Identity => ({ device: dev, inode: ino, born: birthtimeNs });

export function kindOf(stats: BigIntStats): NodeKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

export const statAt = (path: string): BigIntStats => lstatSync(hostPath(path), { bigint: true });

/** @throws ShareError ESTALE where what was found is not the node */
export function requireSame(stats: BigIntStats, { identity, kind }: Node): BigIntStats {
  if (!isSame(identityOf(stats), identity) || kindOf(stats) !== kind) throw new ShareError('ESTALE');
  return stats;
}
