/** From a place on the virtual disk to a place in the file: the two-level map (section "Cluster mapping"). */
import type { ByteStore } from '../byte-store.ts';
import { DiskImageError } from '../disk-image.ts';
import { RememberedReads } from '../../structures/remembered-reads.ts';
import * as format from './format.ts';
import type { Qcow2Header } from './header.ts';
import type { Qcow2Tables } from './tables.ts';

/** L2 tables are read and kept in slices of at most this size. */
const SLICE_BYTES = 4096;
/** 4 MiB of slices at most: with clusters of 64 KiB they map 32 GiB. */
const SLICES_KEPT = 1024;
/** Bits 1 to 8 and 56 to 61 of a standard cluster's entry must be zero. */
const RESERVED_LOW = 0x1fe;
const RESERVED_HIGH = 0x3f00_0000;

/** What a range of the disk is: from the backing file, zeroes, bytes of the file, or (part of) a compressed cluster. */
export type Mapping =
  | { readonly kind: 'hole' | 'zero'; readonly length: number }
  | { readonly kind: 'data'; readonly length: number; readonly hostOffset: number }
  | { readonly kind: 'compressed'; readonly length: number; readonly hostOffset: number; readonly hostBytes: number };

export class ClusterMap {
  readonly #store: ByteStore;
  readonly #header: Qcow2Header;
  readonly #tables: Qcow2Tables;
  readonly #slices = new RememberedReads<DataView>(SLICES_KEPT);
  constructor(store: ByteStore, header: Qcow2Header, tables: Qcow2Tables) {
    this.#store = store;
    this.#header = header;
    this.#tables = tables;
  }

  /**
   * What is at `offset`: the longest run of one kind that one slice shows, at most `length` bytes.
   * @throws DiskImageError where the entry is impossible; the rest of the disk stays readable
   */
  async find(offset: number, length: number): Promise<Mapping> {
    const { clusterBytes } = this.#header;
    const { l1 } = this.#tables;
    const perTable = clusterBytes / format.ENTRY_BYTES;
    const tableSpan = clusterBytes * perTable;
    const tableIndex = Math.floor(offset / tableSpan);
    let l2 = l1[tableIndex] ?? 0;
    if (l2 === 0) {
      let next = tableIndex + 1;
      while (next * tableSpan < offset + length && l1[next] === 0) next++;
      return { kind: 'hole', length: Math.min(length, next * tableSpan - offset) };
    }
    const index = Math.floor(offset / clusterBytes) % perTable;
    const sliceBytes = Math.min(SLICE_BYTES, clusterBytes);
    const at = index * format.ENTRY_BYTES;
    l2 += at - (at % sliceBytes);
    const slice = await this.#slices.get(l2, async () => {
      const bytes = new Uint8Array(sliceBytes);
      await this.#store.read(l2, bytes);
      return format.viewOf(bytes);
    });
    return this.#run(slice, at % sliceBytes, offset, length);
  }

  /** Joins neighbouring entries of one kind. */
  #run(slice: DataView, at: number, offset: number, length: number): Mapping {
    const { clusterBytes } = this.#header;
    const inCluster = offset % clusterBytes;
    const first = this.#entry(slice, at, offset - inCluster);
    let covered = clusterBytes - inCluster;
    if (first.kind === 'compressed') return { ...first, length: Math.min(length, covered) };
    for (let next = at + format.ENTRY_BYTES; covered < length && next < slice.byteLength; next += format.ENTRY_BYTES) {
      const high = slice.getUint32(next);
      const low = slice.getUint32(next + 4);
      // Cheap comparison first; an impossible entry is reported when it is read itself.
      if (kindOf(high, low) !== first.kind || hasReservedBits(high, low)) break;
      if (first.kind === 'data') {
        const host = format.entryOffset(high, low);
        if (host !== first.hostOffset + inCluster + covered || this.#obstacle(host) !== undefined) break;
      }
      covered += clusterBytes;
    }
    const run = Math.min(length, covered);
    return first.kind === 'data'
      ? { kind: 'data', length: run, hostOffset: first.hostOffset + inCluster }
      : { kind: first.kind, length: run };
  }

  #entry(slice: DataView, at: number, guestOffset: number): Mapping {
    const length = this.#header.clusterBytes;
    const high = slice.getUint32(at);
    const low = slice.getUint32(at + 4);
    const kind = kindOf(high, low);
    const refuse = (why: string) =>
      new DiskImageError('image-damaged', { finding: `its cluster for byte ${guestOffset} of the disk ${why}` });
    if (kind === 'compressed') {
      const place = compressedPlace(high, low, this.#header.clusterBits, this.#store.sizeBytes);
      const { hostOffset, hostBytes } = place;
      if (hostBytes <= 0) throw refuse(`is at byte ${hostOffset}, outside the file`);
      const other = this.#tables.metadata.at(hostOffset, hostBytes);
      if (other !== undefined) throw refuse(`overlaps the image's ${other}`);
      return { kind, length, ...place };
    }
    if (hasReservedBits(high, low)) throw refuse('has bits set that must be zero');
    if (kind === 'zero' && this.#header.version === 2) throw refuse('is marked as zero, which version 2 does not know');
    if (kind !== 'data') return { kind, length };
    const hostOffset = format.entryOffset(high, low);
    const obstacle = this.#obstacle(hostOffset);
    if (obstacle !== undefined) throw refuse(obstacle);
    return { kind, length, hostOffset };
  }

  #obstacle(hostOffset: number): string | undefined {
    const { clusterBytes } = this.#header;
    if (hostOffset % clusterBytes !== 0) return `is at byte ${hostOffset}, which is not a cluster's beginning`;
    if (hostOffset >= this.#store.sizeBytes) return `is at byte ${hostOffset}, outside the file (${this.#store.sizeBytes} bytes)`;
    const other = this.#tables.metadata.at(hostOffset, clusterBytes);
    return other === undefined ? undefined : `overlaps the image's ${other}`;
  }
}

function kindOf(high: number, low: number): Mapping['kind'] {
  if ((high & format.COMPRESSED_HIGH) !== 0) return 'compressed';
  if ((low & format.ZERO_LOW) !== 0) return 'zero';
  return format.entryOffset(high, low) === 0 ? 'hole' : 'data';
}

/** Of a standard cluster's entry. */
const hasReservedBits = (high: number, low: number): boolean => (high & RESERVED_HIGH) !== 0 || (low & RESERVED_LOW) !== 0;

/** Where a compressed cluster's bytes are; the last sector may be cut by the end of the file. */
function compressedPlace(high: number, low: number, clusterBits: number, fileBytes: number) {
  const shift = format.compressedSectorShift(clusterBits) - 32;
  const descriptor = high & ~(format.COPIED_HIGH | format.COMPRESSED_HIGH);
  const sectors = descriptor >>> shift;
  const hostOffset = (descriptor & (2 ** shift - 1)) * format.TWO_32 + low;
  const end = (Math.floor(hostOffset / format.SECTOR_BYTES) + 1 + sectors) * format.SECTOR_BYTES;
  return { hostOffset, hostBytes: Math.min(end, fileBytes) - hostOffset };
}
