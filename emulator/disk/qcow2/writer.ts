/**
 * Writes a disk as a qcow2 image of version 3, sparse, from front to back: L1 table, then data and L2 tables as they
 * come, the reference counts, and the header last, so that a file that was not finished is not taken for an image.
 */
import type { WritableByteStore } from '../byte-store.ts';
import type { Compressor } from '../codecs.ts';
import { type DiskImage, DiskImageError } from '../disk-image.ts';
import { type ExportProgress, filledUnits } from '../sparse.ts';
import * as format from './format.ts';
import { FIELD } from './format.ts';
import { type ClusterSink, COUNT_MAX, REFCOUNT_ORDER, RefcountWriter } from './refcounts.ts';

/** What QEMU uses where nobody says anything. */
const DEFAULT_CLUSTER_BYTES = 64 * 1024;

export interface Qcow2ExportOptions {
  /** A power of two from 512 bytes to 2 MiB; 64 KiB where absent. */
  readonly clusterBytes?: number;
  /** Compresses clusters where that saves room. */
  readonly compressor?: Compressor;
  readonly progress?: ExportProgress;
}

/**
 * Writes `image` into an empty or old store. Durable when the promise resolves.
 * @throws DiskImageError when the disk is too large for the cluster size; errors of the image and the store as they are
 */
export async function writeQcow2(image: DiskImage, into: WritableByteStore, options: Qcow2ExportOptions = {}): Promise<void> {
  const clusterBytes = options.clusterBytes ?? DEFAULT_CLUSTER_BYTES;
  const clusterBits = Math.log2(clusterBytes);
  if (!Number.isInteger(clusterBits) || clusterBits < format.CLUSTER_BITS_MIN || clusterBits > format.CLUSTER_BITS_MAX) {
    throw new DiskImageError('image-cluster-size', { clusterBytes });
  }
  const tableSpan = clusterBytes * (clusterBytes / format.ENTRY_BYTES);
  const l1Entries = Math.max(1, Math.ceil(image.sizeBytes / tableSpan));
  if (l1Entries * format.ENTRY_BYTES > format.L1_BYTES_MAX) {
    throw new DiskImageError('image-clusters-too-small', { sizeBytes: image.sizeBytes, clusterBytes });
  }
  await new Qcow2Writer({ image, into, clusterBits, l1Entries, compressor: options.compressor }).run(options.progress);
}

interface WriterParts {
  readonly image: DiskImage;
  readonly into: WritableByteStore;
  readonly clusterBits: number;
  readonly l1Entries: number;
  readonly compressor: Compressor | undefined;
}

class Qcow2Writer implements ClusterSink {
  readonly #parts: WriterParts;
  readonly #clusterBytes: number;
  readonly #counts: RefcountWriter;
  readonly #l1: Uint8Array;
  readonly #l2: Uint8Array;
  /** Which L2 table `#l2` is; below zero where it is none. */
  #l2Index = -1;
  #next = 0;
  /** Where the next compressed cluster may begin: a byte inside the last cluster given to compressed data, or zero. */
  #packAt = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#clusterBytes = 2 ** parts.clusterBits;
    this.#counts = new RefcountWriter(this.#clusterBytes);
    this.#l1 = new Uint8Array(Math.ceil((parts.l1Entries * format.ENTRY_BYTES) / this.#clusterBytes) * this.#clusterBytes);
    this.#l2 = new Uint8Array(this.#clusterBytes);
  }

  take(): number {
    return this.#next++;
  }
  write(cluster: number, bytes: Uint8Array): Promise<void> {
    return this.#parts.into.write(cluster * this.#clusterBytes, bytes);
  }

  async run(progress?: ExportProgress): Promise<void> {
    const { into, image } = this.#parts;
    await into.resize(0);
    const l1Clusters = this.#l1.length / this.#clusterBytes;
    // Cluster 0 is the header, the L1 table follows.
    this.#takeRun(1 + l1Clusters);
    for await (const { offset, bytes } of filledUnits(image, this.#clusterBytes, progress)) await this.#data(offset, bytes);
    await this.#finishL2();
    const { tableCluster, tableClusters } = await this.#counts.finish(this.#next, this);
    for (let index = 0; index < l1Clusters; index++) {
      await this.write(1 + index, this.#l1.subarray(index * this.#clusterBytes, (index + 1) * this.#clusterBytes));
    }
    await into.resize(this.#next * this.#clusterBytes);
    await into.flush();
    await this.write(0, this.#header(tableCluster, tableClusters));
    await into.flush();
  }

  /** Takes clusters that follow each other. @returns the first */
  #takeRun(clusters: number): number {
    const first = this.#next;
    for (let index = 0; index < clusters; index++) this.#counts.count(this.take());
    return first;
  }

  /** Writes a run of clusters that hold something; the disk's last cluster may be short. */
  async #data(offset: number, bytes: Uint8Array): Promise<void> {
    const perTable = this.#clusterBytes / format.ENTRY_BYTES;
    for (let done = 0; done < bytes.length;) {
      const cluster = (offset + done) / this.#clusterBytes;
      await this.#useL2(Math.floor(cluster / perTable));
      const left = Math.ceil((bytes.length - done) / this.#clusterBytes);
      const clusters = this.#parts.compressor ? 1 : Math.min(left, perTable - (cluster % perTable));
      const part = bytes.subarray(done, done + clusters * this.#clusterBytes);
      if (!(await this.#compressed(cluster, part))) await this.#plain(cluster, clusters, part);
      done += clusters * this.#clusterBytes;
      await this.#settle();
    }
  }

  async #plain(cluster: number, clusters: number, bytes: Uint8Array): Promise<void> {
    const first = this.#takeRun(clusters);
    await this.write(first, bytes);
    for (let index = 0; index < clusters; index++) {
      const host = (first + index) * this.#clusterBytes;
      this.#setL2(cluster + index, Math.floor(host / format.TWO_32) + format.COPIED_HIGH, host % format.TWO_32);
    }
  }

  /** Writes a cluster compressed. @returns false where that saves nothing */
  async #compressed(cluster: number, bytes: Uint8Array): Promise<boolean> {
    const { compressor, into, clusterBits } = this.#parts;
    if (!compressor) return false;
    let whole = bytes;
    if (bytes.length < this.#clusterBytes) {
      whole = new Uint8Array(this.#clusterBytes);
      whole.set(bytes);
    }
    const packed = await compressor.compress(whole);
    if (packed.length === 0 || packed.length >= this.#clusterBytes) return false;
    const offset = this.#pack(packed.length);
    await into.write(offset, packed);
    const sectorOf = (at: number) => Math.floor(at / format.SECTOR_BYTES);
    const sectors = sectorOf(offset + packed.length - 1) - sectorOf(offset);
    const shift = format.compressedSectorShift(clusterBits) - 32;
    this.#setL2(cluster, format.COMPRESSED_HIGH + sectors * 2 ** shift + Math.floor(offset / format.TWO_32), offset % format.TWO_32);
    return true;
  }

  /** Finds room for compressed bytes, behind the last ones where possible, and counts every cluster that they touch. */
  #pack(length: number): number {
    const size = this.#clusterBytes;
    const packing = Math.floor(this.#packAt / size);
    const room = this.#packAt % size === 0 ? 0 : size - (this.#packAt % size);
    const behind = room > 0 && this.#counts.of(packing) < COUNT_MAX && (length <= room || packing + 1 === this.#next);
    const offset = behind ? this.#packAt : this.#next * size;
    const last = Math.floor((offset + length - 1) / size);
    if (behind) this.#counts.count(packing);
    if (last >= this.#next) this.#takeRun(last + 1 - this.#next);
    this.#packAt = offset + length;
    return offset;
  }

  #setL2(cluster: number, high: number, low: number): void {
    const at = (cluster * format.ENTRY_BYTES) % this.#clusterBytes;
    const view = format.viewOf(this.#l2);
    view.setUint32(at, high);
    view.setUint32(at + 4, low);
  }

  async #useL2(index: number): Promise<void> {
    if (index === this.#l2Index) return;
    await this.#finishL2();
    this.#l2Index = index;
  }

  async #finishL2(): Promise<void> {
    if (this.#l2Index < 0) return;
    const cluster = this.#takeRun(1);
    await this.write(cluster, this.#l2);
    const host = cluster * this.#clusterBytes;
    const view = format.viewOf(this.#l1);
    view.setUint32(this.#l2Index * format.ENTRY_BYTES, Math.floor(host / format.TWO_32) + format.COPIED_HIGH);
    view.setUint32(this.#l2Index * format.ENTRY_BYTES + 4, host % format.TWO_32);
    this.#l2.fill(0);
    this.#l2Index = -1;
  }

  /** Nothing below the cluster that is being packed will be counted again. */
  #settle(): Promise<void> {
    const packing = this.#packAt % this.#clusterBytes === 0 ? this.#next : Math.floor(this.#packAt / this.#clusterBytes);
    return this.#counts.settle(Math.min(packing, this.#next), this);
  }

  #header(tableCluster: number, tableClusters: number): Uint8Array {
    const { image, clusterBits, l1Entries, compressor } = this.#parts;
    const zstd = compressor?.kind === 'zstd';
    // The header is followed by the empty list of extensions: eight zero bytes.
    const bytes = new Uint8Array(this.#clusterBytes);
    const view = format.viewOf(bytes);
    view.setUint32(FIELD.magic, format.MAGIC);
    view.setUint32(FIELD.version, 3);
    view.setUint32(FIELD.clusterBits, clusterBits);
    // QEMU counts a disk in whole sectors and would cut a last one that is not full.
    format.writeU64(view, FIELD.size, Math.ceil(image.sizeBytes / format.SECTOR_BYTES) * format.SECTOR_BYTES);
    view.setUint32(FIELD.l1Size, l1Entries);
    format.writeU64(view, FIELD.l1TableOffset, this.#clusterBytes);
    format.writeU64(view, FIELD.refcountTableOffset, tableCluster * this.#clusterBytes);
    view.setUint32(FIELD.refcountTableClusters, tableClusters);
    if (zstd) view.setUint32(FIELD.incompatibleFeatures + 4, 2 ** format.INCOMPATIBLE.compressionType);
    view.setUint32(FIELD.refcountOrder, REFCOUNT_ORDER);
    view.setUint32(FIELD.headerLength, format.FULL_HEADER_BYTES);
    view.setUint8(FIELD.compressionType, zstd ? format.COMPRESSION_TYPE.zstd : format.COMPRESSION_TYPE.deflate);
    return bytes;
  }
}
