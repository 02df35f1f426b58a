/** Opens a FAT12, FAT16 or FAT32 file system. */
import { bytesAt } from '../bytes.ts';
import type { DiskReader, Volume } from '../volume.ts';
import { looksLikeFat, readBootSector } from './boot-sector.ts';
import { entriesIn } from './directory.ts';
import { FatVolume, rootOf } from './fat-volume.ts';

export { looksLikeFat };

/**
 * @param reader the volume, from its first byte
 * @throws FileSystemError
 */
export async function openFat(reader: DiskReader): Promise<Volume> {
  const boot = readBootSector(await bytesAt(reader, 0, 512), reader.sizeBytes);
  // The entry in the root directory is what people change; the boot sector keeps the first one.
  for (const entry of entriesIn(await rootOf(reader, boot))) {
    if (entry.isLabel && !entry.isDirectory) return new FatVolume(reader, boot, entry.name.replace('.', ''));
  }
  return new FatVolume(reader, boot, boot.label);
}
