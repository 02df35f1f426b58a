/**
 * The words of the qcow2 format ("Qcow2 Image File Format", docs/interop/qcow2 of QEMU): numbers, bits and names that
 * reader and writer share. 64-bit fields are read as two halves; offsets fit a double exactly where they matter.
 */

/** "QFI" and 0xfb. */
export const MAGIC = 0x5146_49fb;
export const CLUSTER_BITS_MIN = 9;
/** 2 MiB, QEMU's own limit. */
export const CLUSTER_BITS_MAX = 21;
/** QEMU's own limits, kept so that a file cannot ask for more memory than this. */
export const L1_BYTES_MAX = 32 * 1024 * 1024;
export const REFCOUNT_TABLE_BYTES_MAX = 8 * 1024 * 1024;
export const BACKING_NAME_BYTES_MAX = 1023;
export const ENTRY_BYTES = 8;
/** Compressed clusters are counted in sectors of this size. */
export const SECTOR_BYTES = 512;
export const TWO_32 = 2 ** 32;

export const V2_HEADER_BYTES = 72;
export const V3_HEADER_BYTES = 104;
/** A header that holds the compression type, padded to a multiple of 8. */
export const FULL_HEADER_BYTES = 112;

/** Where the header's fields are. */
export const FIELD = {
  magic: 0,
  version: 4,
  backingFileOffset: 8,
  backingFileSize: 16,
  clusterBits: 20,
  size: 24,
  cryptMethod: 32,
  l1Size: 36,
  l1TableOffset: 40,
  refcountTableOffset: 48,
  refcountTableClusters: 56,
  snapshots: 60,
  snapshotsOffset: 64,
  incompatibleFeatures: 72,
  compatibleFeatures: 80,
  autoclearFeatures: 88,
  refcountOrder: 96,
  headerLength: 100,
  compressionType: 104,
} as const;

/** Incompatible features, by bit number. */
export const INCOMPATIBLE = { dirty: 0, corrupt: 1, externalDataFile: 2, compressionType: 3, extendedL2: 4 } as const;

export const EXTENSION = {
  end: 0,
  backingFormat: 0xe279_2aca,
  featureNames: 0x6803_f857,
} as const;

export const COMPRESSION_TYPE = { deflate: 0, zstd: 1 } as const;

/** In the upper half of an L1 or L2 entry. */
export const COPIED_HIGH = 0x8000_0000;
export const COMPRESSED_HIGH = 0x4000_0000;
/** In the lower half of an L2 entry of version 3: the cluster reads as zeroes. */
export const ZERO_LOW = 1;
const OFFSET_HIGH = 0x00ff_ffff;
const OFFSET_LOW = 0xffff_fe00;

/** The host offset in bits 9 to 55 of a table entry. */
export const entryOffset = (high: number, low: number): number => (high & OFFSET_HIGH) * TWO_32 + ((low & OFFSET_LOW) >>> 0);

/** The number of the lowest bit of a compressed descriptor's sector count (section "Compressed Clusters Descriptor"). */
export const compressedSectorShift = (clusterBits: number): number => 62 - (clusterBits - 8);

/** A 64-bit field as a number; exact up to 2^53. */
export const readU64 = (view: DataView, offset: number): number => view.getUint32(offset) * TWO_32 + view.getUint32(offset + 4);

export function writeU64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, Math.floor(value / TWO_32));
  view.setUint32(offset + 4, value % TWO_32);
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
