/**
 * Where a file's blocks are: by extents (kernel documentation, "Extent Tree") or by the older tree of block numbers
 * ("Direct/Indirect Block Addressing"). A tree on a hostile volume may be anything, so every step is checked.
 */
import { bytesAt, u16, u32 } from '../bytes.ts';
import { Allowance, MAX_EXTENTS } from '../limits.ts';
import { append } from '../read-extents.ts';
import { damaged, type DiskReader, type FileExtent } from '../volume.ts';
import { FLAG, type Inode } from './inode.ts';
import type { Superblock } from './superblock.ts';

const EXTENT_MAGIC = 0xf30a;
/** Five levels reach any file of 16 TiB. */
const DEEPEST_TREE = 5;
/** A longer extent is one that was reserved and never written: it reads as zeros. */
const LONGEST_WRITTEN = 32768;
const DIRECT_BLOCKS = 12;

interface Walk {
  readonly reader: DiskReader;
  readonly superblock: Superblock;
  /** Blocks of the file, from its size. */
  readonly blocks: number;
  readonly extents: FileExtent[];
  readonly allowance: Allowance;
}

/** The places of a file's content. @throws FileSystemError `damaged` */
export async function mapBlocks(reader: DiskReader, superblock: Superblock, inode: Inode): Promise<readonly FileExtent[]> {
  const blocks = Math.ceil(inode.sizeBytes / superblock.blockBytes);
  if (blocks === 0) return [];
  const allowance = new Allowance(MAX_EXTENTS, `the blocks of inode ${inode.number}`);
  const walk: Walk = { reader, superblock, blocks, extents: [], allowance };
  if (inode.flags & FLAG.extents) await walkExtents(walk, inode.map, undefined);
  else await walkBlockMap(walk, inode.map);
  return walk.extents;
}

function add({ superblock, blocks, extents, allowance }: Walk, logical: number, physical: number, count: number): void {
  const { blockBytes, firstDataBlock } = superblock;
  if (physical < firstDataBlock || physical + count > superblock.blocks)
    throw damaged(`a file would be at block ${physical} of ${superblock.blocks}`);
  const last = extents.at(-1);
  if (last && last.fileOffset + last.lengthBytes > logical * blockBytes) throw damaged('two extents of a file overlap');
  // What was reserved behind the file's end belongs to it, but is not its content.
  const used = Math.min(count, blocks - logical);
  if (used <= 0) return;
  allowance.spend();
  append(extents, { fileOffset: logical * blockBytes, lengthBytes: used * blockBytes, volumeOffset: physical * blockBytes });
}

/** @param expected the depth that the node above promises; `undefined` at the root */
async function walkExtents(walk: Walk, node: Uint8Array, expected: number | undefined): Promise<void> {
  const [magic, count, depth] = [u16(node, 0), u16(node, 2), u16(node, 6)];
  if (magic !== EXTENT_MAGIC) throw damaged('an extent tree has no beginning');
  if (depth > DEEPEST_TREE || (expected !== undefined && depth !== expected))
    throw damaged(`an extent tree is ${depth} deep where it cannot be`);
  if (12 + count * 12 > node.length) throw damaged(`an extent tree has ${count} entries where they do not fit`);
  for (let at = 12; at < 12 + count * 12; at += 12) {
    if (depth === 0) {
      const length = u16(node, at + 4);
      const physical = u16(node, at + 6) * 2 ** 32 + u32(node, at + 8);
      if (length > 0 && length <= LONGEST_WRITTEN) add(walk, u32(node, at), physical, length);
    } else {
      walk.allowance.spend();
      const place = u32(node, at + 4) + u16(node, at + 8) * 2 ** 32;
      await walkExtents(walk, await block(walk, place), depth - 1);
    }
  }
}

function block({ reader, superblock }: Walk, number: number): Promise<Uint8Array> {
  if (number >= superblock.blocks) throw damaged(`a tree of blocks would go on at block ${number} of ${superblock.blocks}`);
  return bytesAt(reader, number * superblock.blockBytes, superblock.blockBytes);
}

async function walkBlockMap(walk: Walk, map: Uint8Array): Promise<void> {
  const perBlock = walk.superblock.blockBytes / 4;
  for (let index = 0; index < Math.min(DIRECT_BLOCKS, walk.blocks); index++) {
    const physical = u32(map, index * 4);
    if (physical !== 0) add(walk, index, physical, 1);
  }
  let logical = DIRECT_BLOCKS;
  for (let level = 1; level <= 3 && logical < walk.blocks; level++) {
    await walkIndirect(walk, u32(map, (DIRECT_BLOCKS + level - 1) * 4), level, logical);
    logical += perBlock ** level;
  }
}

async function walkIndirect(walk: Walk, number: number, level: number, first: number): Promise<void> {
  if (number === 0) return;
  walk.allowance.spend();
  const node = await block(walk, number);
  const perEntry = (walk.superblock.blockBytes / 4) ** (level - 1);
  for (let index = 0, logical = first; index * 4 < node.length && logical < walk.blocks; index++, logical += perEntry) {
    const physical = u32(node, index * 4);
    if (physical === 0) continue;
    if (level === 1) add(walk, logical, physical, 1);
    else await walkIndirect(walk, physical, level - 1, logical);
  }
}
