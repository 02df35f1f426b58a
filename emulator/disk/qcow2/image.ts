/** A qcow2 image, version 2 or 3, as a disk that is read. Reference: "Qcow2 Image File Format" of QEMU. */
import type { ByteStore } from '../byte-store.ts';
import type { Decompressors } from '../codecs.ts';
import { checkRange, type DiskImage, DiskImageError, type Extent } from '../disk-image.ts';
import { RememberedReads } from '../../structures/remembered-reads.ts';
import { ClusterMap, type Mapping } from './cluster-map.ts';
import type { Qcow2Header } from './header.ts';
import { readTables } from './tables.ts';
import { zstdFrameBytes } from './zstd-frame.ts';

/** Decompressed clusters kept: small reads in a row would otherwise decompress the same cluster again and again. */
const DECOMPRESSED_BYTES_KEPT = 8 * 1024 * 1024;

export class Qcow2Image implements DiskImage {
  readonly sizeBytes: number;
  readonly header: Qcow2Header;
  readonly #store: ByteStore;
  readonly #map: ClusterMap;
  readonly #decompressors: Decompressors;
  readonly #backing: DiskImage | undefined;
  readonly #decompressed: RememberedReads<Uint8Array>;

  /**
   * Opens an image whose header was read.
   * @param backing the opened backing file, where the header names one; the image closes it
   * @throws DiskImageError when the tables are impossible
   */
  static async open(store: ByteStore, header: Qcow2Header, decompressors: Decompressors, backing?: DiskImage): Promise<Qcow2Image> {
    const map = new ClusterMap(store, header, await readTables(store, header));
    return new Qcow2Image({ store, header, decompressors, map, backing });
  }

  private constructor(parts: {
    store: ByteStore;
    header: Qcow2Header;
    decompressors: Decompressors;
    map: ClusterMap;
    backing: DiskImage | undefined;
  }) {
    this.#store = parts.store;
    this.header = parts.header;
    this.sizeBytes = parts.header.sizeBytes;
    this.#map = parts.map;
    this.#decompressors = parts.decompressors;
    this.#backing = parts.backing;
    this.#decompressed = new RememberedReads(DECOMPRESSED_BYTES_KEPT / parts.header.clusterBytes);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange(this.sizeBytes, offset, into.length);
    for (let done = 0; done < into.length;) {
      const mapping = await this.#map.find(offset + done, into.length - done);
      await this.#readPart(mapping, offset + done, into.subarray(done, done + mapping.length));
      done += mapping.length;
    }
  }

  async #readPart(mapping: Mapping, offset: number, into: Uint8Array): Promise<void> {
    switch (mapping.kind) {
      case 'zero':
        into.fill(0);
        return;
      case 'hole':
        return this.#readBacking(offset, into);
      case 'data': {
        // The last cluster of a file need not be written whole; what is missing reads as zeroes.
        const inFile = Math.max(0, Math.min(into.length, this.#store.sizeBytes - mapping.hostOffset));
        if (inFile > 0) await this.#store.read(mapping.hostOffset, into.subarray(0, inFile));
        into.fill(0, inFile);
        return;
      }
      case 'compressed': {
        const inCluster = offset % this.header.clusterBytes;
        const cluster = await this.#decompressed.get(offset - inCluster, () => this.#decompress(mapping, offset - inCluster));
        into.set(cluster.subarray(inCluster, inCluster + into.length));
      }
    }
  }

  /** A backing file may be shorter than the disk; beyond its end are zeroes. */
  async #readBacking(offset: number, into: Uint8Array): Promise<void> {
    const backed = this.#backing ? Math.max(0, Math.min(into.length, this.#backing.sizeBytes - offset)) : 0;
    if (backed > 0) await this.#backing?.read(offset, into.subarray(0, backed));
    into.fill(0, backed);
  }

  async #decompress(place: { readonly hostOffset: number; readonly hostBytes: number }, guestOffset: number): Promise<Uint8Array> {
    const { clusterBytes, compression } = this.header;
    const bytes = new Uint8Array(place.hostBytes);
    await this.#store.read(place.hostOffset, bytes);
    const refuse = (why: string, cause?: unknown) =>
      new DiskImageError('image-damaged', { finding: `its compressed cluster for byte ${guestOffset} of the disk ${why}` }, { cause });
    const frame = compression === 'zstd' ? zstdFrameBytes(bytes) : bytes.length;
    if (frame === undefined) throw refuse('holds no whole zstd frame');
    let cluster: Uint8Array;
    try {
      cluster = await this.#decompressors[compression](bytes.subarray(0, frame), clusterBytes);
    } catch (cause) {
      throw refuse('cannot be decompressed', cause);
    }
    if (cluster.length !== clusterBytes) throw refuse(`has ${cluster.length} bytes instead of ${clusterBytes}`);
    return cluster;
  }

  async *allocated(offset: number, length: number): AsyncGenerator<Extent> {
    checkRange(this.sizeBytes, offset, length);
    let open: Extent | undefined;
    for (let at = offset; at < offset + length;) {
      const mapping = await this.#map.find(at, offset + length - at);
      for await (const part of this.#filled(mapping, at)) {
        if (open && open.offset + open.length === part.offset) open = { offset: open.offset, length: open.length + part.length };
        else {
          if (open) yield open;
          open = part;
        }
      }
      at += mapping.length;
    }
    if (open) yield open;
  }

  /** The parts of one mapping that may hold something. */
  async *#filled(mapping: Mapping, offset: number): AsyncGenerator<Extent> {
    if (mapping.kind === 'data' || mapping.kind === 'compressed') return void (yield { offset, length: mapping.length });
    if (mapping.kind === 'zero' || !this.#backing) return;
    const length = Math.min(mapping.length, this.#backing.sizeBytes - offset);
    if (length <= 0) return;
    if (this.#backing.allocated) yield* this.#backing.allocated(offset, length);
    else yield { offset, length };
  }

  async close(): Promise<void> {
    try {
      await this.#store.close();
    } finally {
      await this.#backing?.close();
    }
  }
}
