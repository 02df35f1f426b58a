/** The header of a qcow2 image: read once, checked wholly, before anything else is believed or allocated. */
import type { ByteStore } from '../byte-store.ts';
import type { CompressionKind } from '../codecs.ts';
import { DiskImageError } from '../disk-image.ts';
import { type Extensions, readExtensions, textOf } from './extensions.ts';
import * as format from './format.ts';
import { FIELD } from './format.ts';

export interface Qcow2Header {
  readonly version: 2 | 3;
  /** The virtual disk's size in bytes. */
  readonly sizeBytes: number;
  readonly clusterBits: number;
  readonly clusterBytes: number;
  readonly backing: { readonly name: string; readonly format: string | undefined } | undefined;
  /** Entries of the L1 table as stored; at least as many as the size needs. */
  readonly l1Entries: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableBytes: number;
  readonly refcountBits: number;
  readonly compression: CompressionKind;
  /** Internal snapshots in the file; the reader shows the active state only. */
  readonly snapshots: number;
  /** Reference counts may be wrong: the image was not closed properly. */
  readonly dirty: boolean;
  /** Its last writer found the image inconsistent. */
  readonly corrupt: boolean;
  readonly lazyRefcounts: boolean;
}

const damaged = (message: string) => new DiskImageError('image-damaged', { finding: message });
const unsupported = (message: string) => new DiskImageError('image-unsupported', { finding: message });

/** Whether a file begins as a qcow2 image does. */
export async function hasQcow2Magic(store: ByteStore): Promise<boolean> {
  if (store.sizeBytes < 4) return false;
  const bytes = new Uint8Array(4);
  await store.read(0, bytes);
  return format.viewOf(bytes).getUint32(0) === format.MAGIC;
}

/**
 * Reads the header and its extensions.
 * @throws DiskImageError for another format, an unknown or refused feature, and sizes that cannot be
 */
export async function readHeader(store: ByteStore): Promise<Qcow2Header> {
  const fixed = new Uint8Array(format.FULL_HEADER_BYTES);
  await store.read(0, fixed.subarray(0, Math.min(fixed.length, store.sizeBytes)));
  const view = format.viewOf(fixed);
  if (view.getUint32(FIELD.magic) !== format.MAGIC) {
    throw new DiskImageError('image-other-format');
  }
  if (store.sizeBytes < format.V2_HEADER_BYTES) throw damaged('the file ends within the header');
  const version = view.getUint32(FIELD.version);
  if (version !== 2 && version !== 3) {
    throw unsupported(
      `this is a qcow image of version ${version}; versions 2 and 3 can be read (convert it with qemu-img convert -O qcow2)`,
    );
  }
  const clusterBits = view.getUint32(FIELD.clusterBits);
  if (clusterBits < format.CLUSTER_BITS_MIN || clusterBits > format.CLUSTER_BITS_MAX) {
    throw damaged(`its clusters would be 2^${clusterBits} bytes; 512 bytes to 2 MiB are possible`);
  }
  const clusterBytes = 2 ** clusterBits;
  const headerBytes = headerLength(view, version);
  if (headerBytes > Math.min(clusterBytes, store.sizeBytes)) throw damaged(`its header would be ${headerBytes} bytes long`);

  const first = new Uint8Array(Math.min(clusterBytes, store.sizeBytes));
  await store.read(0, first);
  const backingOffset = format.readU64(view, FIELD.backingFileOffset);
  const extensions = readExtensions(first.subarray(headerBytes, backingOffset >= headerBytes ? backingOffset : first.length));
  const features = version === 3 ? incompatibleFeatures(view, extensions) : { dirty: false, corrupt: false, compressionType: false };
  if (view.getUint32(FIELD.cryptMethod) !== 0) {
    throw unsupported('this qcow2 image is encrypted, which is not supported; decrypt a copy with qemu-img convert');
  }
  const refcountOrder = version === 3 ? view.getUint32(FIELD.refcountOrder) : 4;
  if (refcountOrder > 6) throw damaged(`its reference counts would be 2^${refcountOrder} bits wide`);
  return {
    version,
    clusterBits,
    clusterBytes,
    backing: backingOf(view, first, headerBytes, extensions),
    compression: compressionOf(view, headerBytes, features.compressionType),
    snapshots: view.getUint32(FIELD.snapshots),
    refcountBits: 2 ** refcountOrder,
    dirty: features.dirty,
    corrupt: features.corrupt,
    lazyRefcounts: version === 3 && (view.getUint32(FIELD.compatibleFeatures + 4) & 1) !== 0,
    ...sizesOf(view, clusterBytes, store.sizeBytes),
  };
}

function headerLength(view: DataView, version: 2 | 3): number {
  if (version === 2) return format.V2_HEADER_BYTES;
  const bytes = view.getUint32(FIELD.headerLength);
  if (bytes < format.V3_HEADER_BYTES || bytes % 8 !== 0) throw damaged(`its header would be ${bytes} bytes long`);
  return bytes;
}

/** Sizes and places of the virtual disk and the two tables: possible, aligned, inside the file. */
function sizesOf(view: DataView, clusterBytes: number, fileBytes: number) {
  const sizeBytes = format.readU64(view, FIELD.size);
  const l1Entries = view.getUint32(FIELD.l1Size);
  const l1Bytes = l1Entries * format.ENTRY_BYTES;
  const needed = Math.ceil(sizeBytes / (clusterBytes * (clusterBytes / format.ENTRY_BYTES)));
  if (sizeBytes > Number.MAX_SAFE_INTEGER || needed * format.ENTRY_BYTES > format.L1_BYTES_MAX) {
    throw unsupported(`this qcow2 image says that its disk has ${sizeBytes} bytes, more than clusters of ${clusterBytes} bytes can map`);
  }
  if (l1Bytes > format.L1_BYTES_MAX) throw damaged(`its L1 table would be ${l1Bytes} bytes long; at most 32 MiB are possible`);
  if (l1Entries < needed) throw damaged(`its L1 table has ${l1Entries} entries where the disk's size needs ${needed}`);
  const refcountTableBytes = view.getUint32(FIELD.refcountTableClusters) * clusterBytes;
  if (refcountTableBytes === 0) throw damaged('it has no reference counts');
  if (refcountTableBytes > format.REFCOUNT_TABLE_BYTES_MAX) {
    throw damaged(`its refcount table would be ${refcountTableBytes} bytes long; at most 8 MiB are possible`);
  }
  const place = (field: number, bytes: number, what: string) => {
    const offset = format.readU64(view, field);
    if (offset % clusterBytes !== 0) throw damaged(`its ${what} begins at byte ${offset}, which is not a cluster's beginning`);
    if (offset + bytes > fileBytes) throw damaged(`its ${what} would end at byte ${offset + bytes}, but the file has ${fileBytes}`);
    return offset;
  };
  return {
    sizeBytes,
    l1Entries,
    l1Offset: l1Entries === 0 ? 0 : place(FIELD.l1TableOffset, l1Bytes, 'L1 table'),
    refcountTableOffset: place(FIELD.refcountTableOffset, refcountTableBytes, 'refcount table'),
    refcountTableBytes,
  };
}

function incompatibleFeatures(view: DataView, extensions: Extensions) {
  const bits: number[] = [];
  for (let bit = 0; bit < 64; bit++) {
    const word = view.getUint32(FIELD.incompatibleFeatures + (bit < 32 ? 4 : 0));
    if ((word >>> (bit % 32)) & 1) bits.push(bit);
  }
  const has = (bit: number) => bits.includes(bit);
  if (has(format.INCOMPATIBLE.extendedL2)) {
    throw unsupported(
      'this qcow2 image uses extended L2 entries (subclusters), which are not supported; make a copy without them: ' +
        'qemu-img convert -O qcow2 -o extended_l2=off',
    );
  }
  if (has(format.INCOMPATIBLE.externalDataFile)) {
    throw unsupported(
      'this qcow2 image keeps its data in another file (data_file), which is not supported; make a copy: qemu-img convert -O qcow2',
    );
  }
  const known: readonly number[] = Object.values(format.INCOMPATIBLE);
  const unknown = bits.filter((bit) => !known.includes(bit));
  if (unknown.length > 0) {
    const names = unknown.map((bit) => extensions.incompatibleNames.get(bit) ?? `bit ${bit}`);
    throw unsupported(
      `this qcow2 image uses features that are not known here: ${names.join(', ')}; make a copy without them: qemu-img convert -O qcow2`,
    );
  }
  return {
    dirty: has(format.INCOMPATIBLE.dirty),
    corrupt: has(format.INCOMPATIBLE.corrupt),
    compressionType: has(format.INCOMPATIBLE.compressionType),
  };
}

function compressionOf(view: DataView, headerBytes: number, flagged: boolean): CompressionKind {
  const type = headerBytes > FIELD.compressionType ? view.getUint8(FIELD.compressionType) : 0;
  if (flagged !== (type !== 0)) throw damaged(`its compression type ${type} contradicts the feature bit of that name`);
  if (type === format.COMPRESSION_TYPE.deflate) return 'deflate';
  if (type === format.COMPRESSION_TYPE.zstd) return 'zstd';
  throw unsupported(`this qcow2 image uses compression ${type}; deflate (0) and zstd (1) can be read`);
}

function backingOf(view: DataView, first: Uint8Array, headerBytes: number, extensions: Extensions): Qcow2Header['backing'] {
  const offset = format.readU64(view, FIELD.backingFileOffset);
  if (offset === 0) return undefined;
  const length = view.getUint32(FIELD.backingFileSize);
  if (length === 0) return undefined;
  if (length > format.BACKING_NAME_BYTES_MAX || offset < headerBytes || offset + length > first.length) {
    throw damaged(`the name of its backing file would be ${length} bytes at byte ${offset}`);
  }
  const name = textOf(first.subarray(offset, offset + length));
  if (name === undefined || name.includes('\0')) throw damaged('the name of its backing file is not text');
  return { name, format: extensions.backingFormat };
}
