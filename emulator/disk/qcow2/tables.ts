/** The tables that a reader keeps: the whole L1 table and the places of all metadata, read and checked at opening. */
import type { ByteStore } from '../byte-store.ts';
import { DiskImageError } from '../disk-image.ts';
import { COMPRESSED_HIGH, ENTRY_BYTES, entryOffset, viewOf, ZERO_LOW } from './format.ts';
import type { Qcow2Header } from './header.ts';

/** Tables are read in pieces of this size. */
const PIECE_BYTES = 64 * 1024;
/** Bits of an L1 or refcount table entry that must be zero: all but the offset, and the L1 entry's COPIED bit. */
const L1_RESERVED_HIGH = 0x7f00_0000;
const L1_RESERVED_LOW = 0x1ff;

const damaged = (message: string) => new DiskImageError('image-damaged', { finding: message });

/**
 * The offsets in a table of 64-bit entries, zero where nothing is allocated. Bounded by the table's size, which the
 * header's checks bound by the file's.
 */
async function readOffsets(store: ByteStore, offset: number, entries: number, what: string, clusterBytes: number): Promise<Float64Array> {
  const offsets = new Float64Array(entries);
  const piece = new Uint8Array(Math.min(PIECE_BYTES, entries * ENTRY_BYTES));
  for (let done = 0; done < entries; done += piece.length / ENTRY_BYTES) {
    const count = Math.min(piece.length / ENTRY_BYTES, entries - done);
    await store.read(offset + done * ENTRY_BYTES, piece.subarray(0, count * ENTRY_BYTES));
    const view = viewOf(piece);
    for (let index = 0; index < count; index++) {
      const high = view.getUint32(index * ENTRY_BYTES);
      const low = view.getUint32(index * ENTRY_BYTES + 4);
      if ((high & (L1_RESERVED_HIGH | COMPRESSED_HIGH)) !== 0 || (low & (L1_RESERVED_LOW | ZERO_LOW)) !== 0) {
        throw damaged(`entry ${done + index} of its ${what} table has bits that must be zero`);
      }
      const cluster = entryOffset(high, low);
      if (cluster % clusterBytes !== 0 || (cluster !== 0 && cluster + clusterBytes > store.sizeBytes)) {
        throw damaged(`entry ${done + index} of its ${what} table points at byte ${cluster}, which is ${misplaced(cluster, clusterBytes)}`);
      }
      offsets[done + index] = cluster;
    }
  }
  return offsets;
}

const misplaced = (offset: number, clusterBytes: number): string =>
  offset % clusterBytes === 0 ? 'outside the file' : "not a cluster's beginning";

/** Where metadata is, so that nothing else is taken for data or for other metadata. */
export class MetadataPlaces {
  readonly #clusterBytes: number;
  readonly #regions: { readonly what: string; readonly start: number; readonly end: number }[] = [];
  readonly #tables: { readonly what: string; readonly clusters: Float64Array }[] = [];
  constructor(clusterBytes: number) {
    this.#clusterBytes = clusterBytes;
  }

  /** @throws DiskImageError when the region overlaps an earlier one */
  addRegion(what: string, start: number, length: number): void {
    if (length === 0) return;
    const end = Math.ceil((start + length) / this.#clusterBytes) * this.#clusterBytes;
    const other = this.at(start, end - start);
    if (other !== undefined) throw damaged(`its ${what} overlaps its ${other}`);
    this.#regions.push({ what, start, end });
  }

  /** Adds a table's clusters. @throws DiskImageError when two are the same, or one is other metadata */
  addClusters(what: string, offsets: Float64Array): void {
    const clusters = offsets.filter((offset) => offset !== 0).sort();
    clusters.forEach((offset, index) => {
      if (offset === clusters[index - 1]) throw damaged(`two of its ${what}s are at byte ${offset}`);
      const other = this.at(offset, this.#clusterBytes);
      if (other !== undefined) throw damaged(`its ${what} at byte ${offset} overlaps its ${other}`);
    });
    this.#tables.push({ what, clusters });
  }

  /** What metadata a range of the file touches, if any. */
  at(offset: number, length: number): string | undefined {
    const region = this.#regions.find(({ start, end }) => offset < end && offset + length > start);
    if (region) return region.what;
    const first = offset - (offset % this.#clusterBytes);
    return this.#tables.find(({ clusters }) => {
      const next = clusters[firstNotBelow(clusters, first)];
      return next !== undefined && next < offset + length;
    })?.what;
  }
}

/** The index of the first element that is not below `value`. */
function firstNotBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Qcow2Tables {
  /** Offsets of the L2 tables, zero where there is none. */
  readonly l1: Float64Array;
  readonly metadata: MetadataPlaces;
}

/**
 * Reads the L1 table and finds all metadata.
 * @throws DiskImageError when tables lie outside the file, are not aligned or overlap
 */
export async function readTables(store: ByteStore, header: Qcow2Header): Promise<Qcow2Tables> {
  const { clusterBytes } = header;
  const metadata = new MetadataPlaces(clusterBytes);
  metadata.addRegion('header', 0, clusterBytes);
  metadata.addRegion('L1 table', header.l1Offset, header.l1Entries * ENTRY_BYTES);
  metadata.addRegion('refcount table', header.refcountTableOffset, header.refcountTableBytes);
  const l1 = await readOffsets(store, header.l1Offset, header.l1Entries, 'L1', clusterBytes);
  metadata.addClusters('L2 table', l1);
  // An image that was not closed properly may have wrong reference counts; a reader does not need them.
  if (!header.dirty && !header.corrupt) {
    const entries = header.refcountTableBytes / ENTRY_BYTES;
    metadata.addClusters('refcount block', await readOffsets(store, header.refcountTableOffset, entries, 'refcount', clusterBytes));
  }
  return { l1, metadata };
}
