/** A raw image: the file's bytes are the disk's bytes. */
import type { ByteStore } from './byte-store.ts';
import { checkRange, type DiskImage } from './disk-image.ts';

export class RawImage implements DiskImage {
  readonly sizeBytes: number;
  readonly #store: ByteStore;
  constructor(store: ByteStore) {
    this.#store = store;
    this.sizeBytes = store.sizeBytes;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    checkRange(this.sizeBytes, offset, into.length);
    if (into.length > 0) await this.#store.read(offset, into);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
