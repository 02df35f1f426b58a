/** An inode: what a file is, and the root of where its content is. Kernel documentation, "Index Nodes". */
import { u16, u32, viewOf } from '../bytes.ts';
import type { EntryKind } from '../volume.ts';
import { systemData } from './system-data.ts';

export const ROOT_INODE = 2;
/** i_block: twelve blocks and three trees, or the root of an extent tree, or the content itself. */
export const MAP_BYTES = 60;

export const FLAG = { compressed: 0x4, encrypted: 0x800, hashTree: 0x1000, extents: 0x80000, inlineData: 0x10000000 } as const;

export interface Inode {
  readonly number: number;
  readonly kind: EntryKind;
  /** The type in its upper four bits, then the rights. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly flags: number;
  readonly links: number;
  readonly modifiedAt: number;
  readonly owner: number;
  readonly group: number;
  readonly map: Uint8Array;
  /** The whole inode, extended attributes included. */
  readonly bytes: Uint8Array;
}

const KINDS: Readonly<Record<number, EntryKind>> = { 0x8: 'file', 0x4: 'directory', 0xa: 'link' };

export function readInode(number: number, bytes: Uint8Array): Inode {
  const mode = u16(bytes, 0);
  const kind = KINDS[mode >> 12] ?? 'other';
  // The upper half of the size was something else for all but files and directories before ext4.
  const high = kind === 'file' || kind === 'directory' ? u32(bytes, 0x6c) : 0;
  return {
    number,
    kind,
    mode,
    sizeBytes: u32(bytes, 0x4) + high * 2 ** 32,
    flags: u32(bytes, 0x20),
    links: u16(bytes, 0x1a),
    modifiedAt: modifiedAt(bytes),
    owner: u16(bytes, 0x2) + u16(bytes, 0x78) * 65536,
    group: u16(bytes, 0x18) + u16(bytes, 0x7a) * 65536,
    map: bytes.subarray(0x28, 0x28 + MAP_BYTES),
    bytes,
  };
}

/** i_mtime, signed, with two more bits of seconds and thirty of nanoseconds where the inode is large enough. */
function modifiedAt(bytes: Uint8Array): number {
  const seconds = viewOf(bytes).getInt32(0x10, true);
  const hasMore = bytes.length > 128 && u16(bytes, 0x80) >= 0x8c - 0x80;
  const more = hasMore ? u32(bytes, 0x88) : 0;
  return (seconds + (more & 3) * 2 ** 32) * 1000 + Math.floor((more >>> 2) / 1e6);
}

/** What says where the content is, or is the content. Times are left out: they change without it. */
export function fingerprintOf({ number, flags, sizeBytes, map, bytes, mode }: Inode): string {
  const generation = u32(bytes, 0x64);
  const rest = flags & FLAG.inlineData ? (systemData(bytes) ?? []) : [];
  return [number, generation, mode >> 12, flags & ~FLAG.hashTree, sizeBytes, ...map, ...rest].join();
}
