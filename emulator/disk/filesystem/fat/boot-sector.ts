/**
 * The first sector of a FAT file system: the BIOS parameter block. Names and rules as in Microsoft's "FAT: General
 * Overview of On-Disk Format" (1.03), "Boot Sector and BPB"; the width of the table follows from the cluster count alone.
 */
import { bytesAt, labelOf, u16, u32 } from '../bytes.ts';
import { damaged, type DiskReader } from '../volume.ts';

export interface BootSector {
  readonly kind: 'fat12' | 'fat16' | 'fat32';
  readonly label: string;
  readonly clusterBytes: number;
  /** Clusters are numbered 2 to `clusters` + 1. */
  readonly clusters: number;
  /** Where the table in use begins, in bytes, and how long it is. */
  readonly tableOffset: number;
  readonly tableBytes: number;
  /** Where cluster 2 begins, in bytes. */
  readonly dataOffset: number;
  /** FAT12 and FAT16 have their root outside the clusters. */
  readonly root: { readonly offset: number; readonly lengthBytes: number } | { readonly cluster: number };
}

const isPower = (value: number) => value > 0 && (value & (value - 1)) === 0;

/** Whether a sector is the beginning of FAT: a jump, sane numbers, and at least one table. NTFS has none. */
export async function looksLikeFat(reader: DiskReader): Promise<boolean> {
  if (reader.sizeBytes < 512) return false;
  const bytes = await bytesAt(reader, 0, 512);
  const jumps = (bytes[0] === 0xeb && bytes[2] === 0x90) || bytes[0] === 0xe9;
  const [sector, perCluster, media] = [u16(bytes, 11), bytes[13]!, bytes[21]!];
  return (
    jumps &&
    isPower(sector) &&
    sector >= 512 &&
    sector <= 4096 &&
    isPower(perCluster) &&
    u16(bytes, 14) > 0 &&
    (bytes[16] === 1 || bytes[16] === 2) &&
    (media === 0xf0 || media >= 0xf8) &&
    (u16(bytes, 19) > 0 || u32(bytes, 32) > 0) &&
    (u16(bytes, 22) > 0 || u32(bytes, 36) > 0)
  );
}

/** @throws FileSystemError `damaged` when its numbers contradict each other */
export function readBootSector(bytes: Uint8Array, sizeBytes: number): BootSector {
  const sector = u16(bytes, 11);
  const clusterBytes = sector * bytes[13]!;
  const [reserved, tables, rootEntries] = [u16(bytes, 14), bytes[16]!, u16(bytes, 17)];
  const sectors = u16(bytes, 19) || u32(bytes, 32);
  const tableSectors = u16(bytes, 22) || u32(bytes, 36);
  const rootSectors = Math.ceil((rootEntries * 32) / sector);
  const data = reserved + tables * tableSectors + rootSectors;
  if (data >= sectors) throw damaged('its tables leave no room for data');
  if (sectors * sector > sizeBytes)
    throw damaged(`it would have ${sectors * sector} bytes, but only ${sizeBytes} are there: the disk may have been cut off`);
  const clusters = Math.floor((sectors - data) / bytes[13]!);
  const kind = clusters < 4085 ? 'fat12' : clusters < 65525 ? 'fat16' : 'fat32';
  const bits = { fat12: 12, fat16: 16, fat32: 32 }[kind];
  if (tableSectors * sector * 8 < (clusters + 2) * bits) throw damaged(`its table is too short for ${clusters} clusters`);
  if ((kind === 'fat32') !== (rootEntries === 0))
    throw damaged(`it has ${clusters} clusters, but the root directory of another width of FAT`);
  // BPB_ExtFlags: with bit 7 only one table is kept up to date, and bits 0 to 3 say which.
  const flags = kind === 'fat32' ? u16(bytes, 40) : 0;
  const active = flags & 0x80 ? flags & 0xf : 0;
  if (active >= tables) throw damaged(`its table ${active} does not exist`);
  const at = kind === 'fat32' ? 66 : 38;
  return {
    kind,
    label: bytes[at] === 0x29 ? withoutPlaceholder(labelOf(bytes.subarray(at + 5, at + 16))) : '',
    clusterBytes,
    clusters,
    tableOffset: (reserved + active * tableSectors) * sector,
    tableBytes: tableSectors * sector,
    dataOffset: data * sector,
    root:
      kind === 'fat32'
        ? { cluster: u32(bytes, 44) }
        : { offset: (reserved + tables * tableSectors) * sector, lengthBytes: rootEntries * 32 },
  };
}

const withoutPlaceholder = (label: string) => (label === 'NO NAME' ? '' : label);
