/** Opens an ext2, ext3 or ext4 file system as its journal leaves it. */
import { bytesAt } from '../bytes.ts';
import type { DiskReader, Volume } from '../volume.ts';
import { ExtVolume } from './ext-volume.ts';
import { replayed } from './journal.ts';
import { looksLikeExt, readSuperblock, SUPERBLOCK_AT } from './superblock.ts';

export { looksLikeExt };

/**
 * @param reader the volume, from its first byte
 * @throws FileSystemError
 */
export async function openExt(reader: DiskReader): Promise<Volume> {
  const read = async (from: DiskReader) => readSuperblock(await bytesAt(from, SUPERBLOCK_AT, 1024), reader.sizeBytes);
  const asStored = await read(reader);
  const { reader: current, notes, incomplete } = await replayed(reader, asStored);
  const superblock = current === reader ? asStored : await read(current);
  const more = superblock.hasErrors ? ['the guest has noted errors in this file system'] : [];
  return new ExtVolume(current, superblock, [...notes, ...more], incomplete);
}
