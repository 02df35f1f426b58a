/** The file allocation table: each cluster's entry names the next one of its file. */
import { bytesAt, u16, u32 } from '../bytes.ts';
import { MAX_EXTENTS, Allowance } from '../limits.ts';
import { append } from '../read-extents.ts';
import { damaged, type DiskReader, type FileExtent } from '../volume.ts';
import type { BootSector } from './boot-sector.ts';

/** Entries from here on end a chain; below it, one more marks a bad cluster. */
const END = { fat12: 0xff8, fat16: 0xfff8, fat32: 0xffffff8 } as const;

async function entry(reader: DiskReader, { kind, tableOffset }: BootSector, cluster: number): Promise<number> {
  if (kind === 'fat32') return u32(await bytesAt(reader, tableOffset + cluster * 4, 4), 0) & 0xfffffff;
  if (kind === 'fat16') return u16(await bytesAt(reader, tableOffset + cluster * 2, 2), 0);
  // Two entries share three bytes.
  const pair = u16(await bytesAt(reader, tableOffset + cluster + (cluster >> 1), 2), 0);
  return cluster & 1 ? pair >> 4 : pair & 0xfff;
}

/**
 * Where the clusters of a chain are.
 * @param lengthBytes what the file needs; `undefined` for a directory, which ends where its chain ends
 * @throws FileSystemError `damaged` when the chain leaves the volume, goes in circles or ends before the file does
 */
export async function followChain(
  reader: DiskReader,
  boot: BootSector,
  first: number,
  lengthBytes: number | undefined,
): Promise<readonly FileExtent[]> {
  const { clusterBytes, clusters, dataOffset, kind } = boot;
  const extents: FileExtent[] = [];
  const allowance = new Allowance(clusters, `the chain of clusters from ${first}`);
  const needed = lengthBytes === undefined ? Infinity : Math.ceil(lengthBytes / clusterBytes);
  let cluster = first;
  for (let count = 0; count < needed; count++) {
    if (cluster >= END[kind] && lengthBytes === undefined) break;
    if (cluster < 2 || cluster >= clusters + 2)
      throw damaged(`the chain of clusters from ${first} goes on at ${cluster}, where there is none`);
    allowance.spend();
    append(extents, {
      fileOffset: count * clusterBytes,
      lengthBytes: clusterBytes,
      volumeOffset: dataOffset + (cluster - 2) * clusterBytes,
    });
    if (extents.length > MAX_EXTENTS) throw damaged(`the chain of clusters from ${first} is in too many pieces`);
    if (count + 1 < needed) cluster = await entry(reader, boot, cluster);
  }
  return extents;
}
