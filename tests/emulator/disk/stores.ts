/** Byte stores for tests: a file, and memory that counts what is asked of it. */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { ByteStore, WritableByteStore } from '../../../emulator/disk/byte-store.ts';

export class FileStore implements WritableByteStore {
  readonly #file: number;
  constructor(path: string, flags: 'r' | 'w+' = 'r') {
    this.#file = openSync(path, flags);
  }
  get sizeBytes(): number {
    return fstatSync(this.#file).size;
  }
  get hostBytes(): number {
    return fstatSync(this.#file).blocks * 512;
  }
  async read(offset: number, into: Uint8Array): Promise<void> {
    if (readSync(this.#file, into, 0, into.length, offset) !== into.length) throw new Error(`read beyond the file's end at ${offset}`);
  }
  async write(offset: number, from: Uint8Array): Promise<void> {
    writeSync(this.#file, from, 0, from.length, offset);
  }
  async resize(sizeBytes: number): Promise<void> {
    ftruncateSync(this.#file, sizeBytes);
  }
  async flush(): Promise<void> {
    fdatasyncSync(this.#file);
  }
  async close(): Promise<void> {
    closeSync(this.#file);
  }
}

/** A store in memory that refuses reads outside, and remembers how much was read and whether it was closed. */
export class MemoryStore implements WritableByteStore {
  bytes: Uint8Array;
  readBytes = 0;
  closed = 0;
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }
  get sizeBytes(): number {
    return this.bytes.length;
  }
  async read(offset: number, into: Uint8Array): Promise<void> {
    if (!(offset >= 0 && offset + into.length <= this.bytes.length)) throw new Error(`read outside the store at ${offset}`);
    into.set(this.bytes.subarray(offset, offset + into.length));
    this.readBytes += into.length;
  }
  async write(offset: number, from: Uint8Array): Promise<void> {
    if (offset + from.length > this.bytes.length) await this.resize(offset + from.length);
    this.bytes.set(from, offset);
  }
  async resize(sizeBytes: number): Promise<void> {
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(this.bytes.subarray(0, sizeBytes));
    this.bytes = bytes;
  }
  async flush(): Promise<void> {}
  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** A store of zeroes that takes no memory: for sizes that no test could hold. */
export const emptyStore = (sizeBytes: number): ByteStore => ({
  sizeBytes,
  async read(_offset, into) {
    into.fill(0);
  },
  async close() {},
});
