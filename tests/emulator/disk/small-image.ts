/** A small, valid qcow2 image in memory, with handles to spoil it: for hostile images and the fuzzer. */
import type { ByteStore } from '../../../emulator/disk/byte-store.ts';
import type { Compressor } from '../../../emulator/disk/codecs.ts';
import { FIELD, MAGIC, viewOf } from '../../../emulator/disk/qcow2/format.ts';
import { writeQcow2 } from '../../../emulator/disk/qcow2/writer.ts';
import { openImage, type BackingResolver, type OpenedImage } from '../../../emulator/disk/open.ts';
import { decompressors } from './codecs.ts';
import { rawOf } from './content.ts';
import { emptyStore, MemoryStore } from './stores.ts';

export const CLUSTER = 4096;

export class SmallImage {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  static async of(content: Uint8Array, compressor?: Compressor, clusterBytes = CLUSTER): Promise<SmallImage> {
    const store = new MemoryStore();
    await writeQcow2(rawOf(content), store, { clusterBytes, ...(compressor && { compressor }) });
    return new SmallImage(store.bytes);
  }

  copy(): SmallImage {
    return new SmallImage(this.bytes.slice());
  }
  /** Sets the lower half of a 64-bit field, or a 32-bit field. */
  set32(offset: number, value: number): this {
    this.view.setUint32(offset, value);
    return this;
  }
  set64(offset: number, value: bigint): this {
    this.view.setBigUint64(offset, value);
    return this;
  }

  get l1(): number {
    return Number(this.view.getBigUint64(FIELD.l1TableOffset));
  }
  get refcountTable(): number {
    return Number(this.view.getBigUint64(FIELD.refcountTableOffset));
  }
  /** Where the L2 table of an L1 entry is. */
  l2(index = 0): number {
    return Number(this.view.getBigUint64(this.l1 + index * 8) & 0x00ff_ffff_ffff_fe00n);
  }
  /** Writes a backing file's name and format, as QEMU does. */
  backedBy(name: string, format?: string): this {
    const headerBytes = 112;
    let at = headerBytes;
    const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
    if (format !== undefined) {
      this.set32(at, 0xe2792aca).set32(at + 4, format.length);
      this.bytes.set(letters(format), at + 8);
      at += 8 + Math.ceil(format.length / 8) * 8;
    }
    at += 8;
    this.bytes.set(letters(name), at);
    return this.set64(FIELD.backingFileOffset, BigInt(at)).set32(FIELD.backingFileSize, name.length);
  }
  /** Makes it a version 2 image; only one without zero clusters or zstd stays valid. */
  asVersion2(): this {
    this.bytes.fill(0, 72, 112);
    return this.set32(FIELD.version, 2);
  }

  open(resolve?: BackingResolver): Promise<OpenedImage> {
    return openBytes(this.bytes, resolve);
  }
}

/** Only a header, of an empty image with the largest disk that can be counted; everything else is zero. */
export class SmallImageHeader {
  readonly #bytes = new Uint8Array(112);
  readonly #sizeBytes: number;
  constructor(clusterBytes: number, l1Entries: number) {
    const view = viewOf(this.#bytes);
    const tableBytes = Math.ceil((l1Entries * 8) / clusterBytes) * clusterBytes;
    view.setUint32(FIELD.magic, MAGIC);
    view.setUint32(FIELD.version, 3);
    view.setUint32(FIELD.clusterBits, Math.log2(clusterBytes));
    view.setBigUint64(FIELD.size, BigInt(Number.MAX_SAFE_INTEGER));
    view.setUint32(FIELD.l1Size, l1Entries);
    view.setBigUint64(FIELD.l1TableOffset, BigInt(clusterBytes));
    view.setBigUint64(FIELD.refcountTableOffset, BigInt(clusterBytes + tableBytes));
    view.setUint32(FIELD.refcountTableClusters, 1);
    view.setUint32(FIELD.refcountOrder, 4);
    view.setUint32(FIELD.headerLength, 112);
    this.#sizeBytes = 2 * clusterBytes + tableBytes;
  }
  store(): ByteStore {
    const zeroes = emptyStore(this.#sizeBytes);
    return {
      ...zeroes,
      read: async (offset, into) => {
        await zeroes.read(offset, into);
        if (offset < this.#bytes.length) into.set(this.#bytes.subarray(offset, offset + into.length));
      },
    };
  }
}

export function openBytes(bytes: Uint8Array, resolve?: BackingResolver): Promise<OpenedImage> {
  const file = { store: new MemoryStore(bytes), identity: 'top', name: 'top.qcow2' };
  return openImage(file, { format: 'qcow2', decompressors, ...(resolve && { resolve }) });
}
