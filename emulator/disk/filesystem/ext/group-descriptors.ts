/**
 * Where the inodes of each group stand. With meta_bg the descriptors are spread over the volume (kernel documentation,
 * "Meta Block Groups"); otherwise they follow the superblock.
 */
import { bytesAt, u32 } from '../bytes.ts';
import { damaged, type DiskReader } from '../volume.ts';
import { INCOMPAT, type Superblock } from './superblock.ts';

/** Whether a group begins with a copy of the superblock. */
function hasSuperblock({ sparseSuper, backupGroups }: Superblock, group: number): boolean {
  if (group === 0) return true;
  if (backupGroups) return backupGroups.includes(group);
  if (group === 1 || !sparseSuper) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

/** The block that holds the `number`th block of descriptors. */
function descriptorBlock(superblock: Superblock, number: number): number {
  const { blockBytes, firstDataBlock, blocksPerGroup, firstMetaBg, incompat, descriptorBytes } = superblock;
  if (!(incompat & INCOMPAT.metaBg) || number < firstMetaBg) return Math.floor(1024 / blockBytes) + 1 + number;
  const group = (number * blockBytes) / descriptorBytes;
  // With 1024-byte blocks counted from 0 (bigalloc) the boot block is in group 0, before the superblock.
  const boot = blockBytes === 1024 && number === 0 && firstDataBlock === 0 ? 1 : 0;
  return group * blocksPerGroup + firstDataBlock + (hasSuperblock(superblock, group) ? 1 : 0) + boot;
}

/**
 * The byte where an inode stands.
 * @param number from 1
 * @throws FileSystemError `damaged` when there is no such inode
 */
export async function placeOfInode(reader: DiskReader, superblock: Superblock, number: number): Promise<number> {
  if (!(number >= 1 && number <= superblock.inodes)) throw damaged(`it refers to inode ${number} of ${superblock.inodes}`);
  const { blockBytes, descriptorBytes, inodesPerGroup, inodeBytes } = superblock;
  const group = Math.floor((number - 1) / inodesPerGroup);
  const inBlock = blockBytes / descriptorBytes;
  const place = descriptorBlock(superblock, Math.floor(group / inBlock)) * blockBytes + (group % inBlock) * descriptorBytes;
  const descriptor = await bytesAt(reader, place, descriptorBytes);
  const high = descriptorBytes >= 64 ? u32(descriptor, 0x28) : 0;
  const table = u32(descriptor, 0x8) + high * 2 ** 32;
  if (table === 0 || table >= superblock.blocks) throw damaged(`the inodes of group ${group} would be at block ${table}`);
  return table * blockBytes + ((number - 1) % inodesPerGroup) * inodeBytes;
}
