/** Finds the file systems of a disk: on the whole of it, or on its partitions. */
import { bytesAt, hasText, part, u16 } from './bytes.ts';
import { cachedReader } from './cached-reader.ts';
import { looksLikeExt, openExt } from './ext/open-ext.ts';
import { looksLikeFat, openFat } from './fat/open-fat.ts';
import { findPartitions } from './partitions.ts';
import { FileSystemError, type DiskReader, type Volume } from './volume.ts';

export interface FoundVolume {
  /** `whole disk` or `partition 1`. */
  readonly place: string;
  /** Where it begins on the disk, and its length, in bytes. */
  readonly offset: number;
  readonly lengthBytes: number;
  readonly volume: Volume;
}
export interface FoundVolumes {
  readonly volumes: readonly FoundVolume[];
  /** What could not be read and why, a sentence each: `partition 2 holds swap space`. */
  readonly passedOver: readonly string[];
}

/**
 * Opens what can be read. A file system that is damaged or of another kind is passed over, with a sentence that says so.
 * @throws only what the reader throws
 */
export async function openVolumes(reader: DiskReader): Promise<FoundVolumes> {
  const whole = { place: 'whole disk', offset: 0, lengthBytes: reader.sizeBytes };
  const partitions = await findPartitions(reader);
  // A boot sector of FAT ends as a partition table does, and what stands before may look like one.
  if (partitions.length === 0 || (await looksLikeFat(reader))) return openPlaces(reader, [whole]);
  return openPlaces(
    reader,
    partitions.map(({ number, offset, lengthBytes }) => ({ place: `partition ${number}`, offset, lengthBytes })),
  );
}

async function openPlaces(reader: DiskReader, places: readonly Omit<FoundVolume, 'volume'>[]): Promise<FoundVolumes> {
  const volumes: FoundVolume[] = [];
  const passedOver: string[] = [];
  for (const place of places) {
    const found = await openOne(cachedReader(part(reader, place.offset, place.lengthBytes)));
    if (typeof found === 'string') passedOver.push(`${place.place}: ${found}`);
    else volumes.push({ ...place, volume: found });
  }
  return { volumes, passedOver };
}

/** The volume, or why there is none. */
async function openOne(reader: DiskReader): Promise<Volume | string> {
  try {
    if (await looksLikeExt(reader)) return await openExt(reader);
    if (await looksLikeFat(reader)) return await openFat(reader);
  } catch (error) {
    if (error instanceof FileSystemError) return error.message;
    throw error;
  }
  return otherContent(reader);
}

/** Signatures of what we do not read, so that a person learns what it is. */
const OTHERS: readonly (readonly [offset: number, signature: string, what: string])[] = [
  [0, 'XFSB', 'an XFS file system'],
  [0, 'LUKS\xba\xbe', 'an encrypted volume (LUKS)'],
  [0, 'hsqs', 'a squashfs file system'],
  [3, 'NTFS    ', 'an NTFS file system'],
  [3, 'EXFAT   ', 'an exFAT file system'],
  [512, 'LABELONE', 'an LVM volume'],
  [4086, 'SWAPSPACE2', 'swap space'],
  [32769, 'CD001', 'an ISO 9660 file system'],
  [65600, '_BHRfS_M', 'a Btrfs file system'],
];

async function otherContent(reader: DiskReader): Promise<string> {
  const beginning = await bytesAt(reader, 0, Math.min(reader.sizeBytes, 66 * 1024));
  const other = OTHERS.find(([offset, signature]) => hasText(beginning, offset, signature));
  if (other) return `it holds ${other[2]}, which is not read here`;
  if (beginning.every((byte) => byte === 0)) return 'it is empty at its beginning';
  const signed = beginning.length >= 512 && u16(beginning, 510) === 0xaa55;
  return signed ? 'it begins with boot code, but holds no file system that is read here' : 'it holds no file system that is read here';
}
