/**
 * Partition tables: the PC's master boot record with extended partitions, and the GUID partition table (UEFI
 * Specification 2.10, chapter 5). Only read; every number checked against the disk.
 */
import { crc32 } from '../../snapshot/crc32.ts';
import { bytesAt, hasText, u16, u32, u64 } from './bytes.ts';
import type { DiskReader } from './volume.ts';

export interface Partition {
  /** As Linux numbers them: 1 to 4 for a master boot record's, logical ones from 5, GPT entries from 1. */
  readonly number: number;
  readonly offset: number;
  readonly lengthBytes: number;
}

const SECTOR = 512;
const SIGNATURE_AT = 510;
const TABLE_AT = 446;
const PROTECTIVE = 0xee;
/** Extended partitions: DOS, LBA, Linux. */
const EXTENDED = [0x05, 0x0f, 0x85];
/** Linux stops at 256 partitions of one disk. */
const MAX_PARTITIONS = 256;

/** The partitions of a disk in the order of their numbers; none where there is no table. */
export async function findPartitions(reader: DiskReader): Promise<readonly Partition[]> {
  if (reader.sizeBytes < 2 * SECTOR) return [];
  const gpt = await readGpt(reader);
  return gpt ?? readMasterBootRecord(reader);
}

/** GPT at sectors of 512 or 4096 bytes; its copy at the disk's end when the first is damaged. */
async function readGpt(reader: DiskReader): Promise<readonly Partition[] | undefined> {
  for (const sector of [SECTOR, 4096]) {
    const last = Math.floor(reader.sizeBytes / sector) - 1;
    if (last < 2) continue;
    for (const place of [1, last]) {
      const found = await gptAt(reader, sector, place);
      if (found) return found;
    }
  }
  return undefined;
}

async function gptAt(reader: DiskReader, sector: number, place: number): Promise<readonly Partition[] | undefined> {
  const header = await bytesAt(reader, place * sector, SECTOR);
  const headerBytes = u32(header, 12);
  if (!hasText(header, 0, 'EFI PART') || headerBytes < 92 || headerBytes > SECTOR) return undefined;
  const checked = header.slice(0, headerBytes);
  checked.fill(0, 16, 20);
  if (crc32(checked) !== u32(header, 16)) return undefined;
  const [start, count, size] = [u64(header, 72) * sector, u32(header, 80), u32(header, 84)];
  if (size < 128 || size > 4096 || size % 8 !== 0 || count > 1024 || start + count * size > reader.sizeBytes) return undefined;
  const table = await bytesAt(reader, start, count * size);
  if (crc32(table) !== u32(header, 88)) return undefined;
  const partitions: Partition[] = [];
  for (let index = 0; index < Math.min(count, MAX_PARTITIONS); index++) {
    const entry = table.subarray(index * size, (index + 1) * size);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const [first, last] = [u64(entry, 32), u64(entry, 40)];
    if (last >= first && (last + 1) * sector <= reader.sizeBytes)
      partitions.push({ number: index + 1, offset: first * sector, lengthBytes: (last - first + 1) * sector });
  }
  return partitions;
}

interface Slot {
  readonly type: number;
  readonly first: number;
  readonly sectors: number;
}

async function slotsAt(reader: DiskReader, sector: number): Promise<readonly Slot[] | undefined> {
  if ((sector + 1) * SECTOR > reader.sizeBytes) return undefined;
  const bytes = await bytesAt(reader, sector * SECTOR, SECTOR);
  if (u16(bytes, SIGNATURE_AT) !== 0xaa55) return undefined;
  return [0, 1, 2, 3].map((index) => {
    const at = TABLE_AT + index * 16;
    return { type: bytes[at + 4]!, first: u32(bytes, at + 8), sectors: u32(bytes, at + 12) };
  });
}

async function readMasterBootRecord(reader: DiskReader): Promise<readonly Partition[]> {
  const slots = await slotsAt(reader, 0);
  if (!slots || slots.every(({ type }) => type === 0 || type === PROTECTIVE)) return [];
  const fits = ({ first, sectors }: Slot) => first > 0 && sectors > 0 && first * SECTOR < reader.sizeBytes;
  const partitions: Partition[] = [];
  let extended: number | undefined;
  for (const [index, slot] of slots.entries()) {
    if (slot.type === 0 || !fits(slot)) continue;
    if (EXTENDED.includes(slot.type)) extended ??= slot.first;
    else partitions.push({ number: index + 1, offset: slot.first * SECTOR, lengthBytes: slot.sectors * SECTOR });
  }
  if (extended !== undefined) partitions.push(...(await logicalPartitions(reader, extended)));
  return partitions;
}

/** A chain of tables: the first slot is the partition, relative to its table; the second the next, relative to the chain's start. */
async function logicalPartitions(reader: DiskReader, start: number): Promise<Partition[]> {
  const found: Partition[] = [];
  const seen = new Set<number>();
  for (let sector = start; !seen.has(sector) && seen.size < MAX_PARTITIONS;) {
    seen.add(sector);
    const [slot, next] = (await slotsAt(reader, sector)) ?? [];
    if (slot && slot.type !== 0 && slot.sectors > 0 && (sector + slot.first) * SECTOR < reader.sizeBytes)
      found.push({ number: 5 + found.length, offset: (sector + slot.first) * SECTOR, lengthBytes: slot.sectors * SECTOR });
    if (!next || !EXTENDED.includes(next.type)) break;
    sector = start + next.first;
  }
  return found;
}
