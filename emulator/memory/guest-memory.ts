/**
 * Guest RAM as devices see it: bounded views by physical address, and the duty to report what was written, because a
 * core may hold translated code of that page. Pages that are still absent are waited for.
 */
import { PAGE, PAGE_SIZE } from './page-flags.ts';

export interface GuestMemoryParts {
  readonly buffer: SharedArrayBuffer;
  /** Byte offset of RAM in `buffer`; a multiple of 4096. */
  readonly ramOffset: number;
  /** Guest physical address of RAM. */
  readonly base: number;
  /** Bytes of RAM. */
  readonly size: number;
  /** One byte a 4 KiB page (page-flags.ts). */
  readonly pageFlags: Uint8Array;
  /** Waits until an absent page has been filled (AbsentPages.fetch). */
  readonly fetch: (page: number) => void;
  /** Called for each page before a device changes it (PageKeeper.keep). */
  readonly keep: (page: number) => void;
  /** Called for each page of translated code that has been written. */
  readonly codeWritten: (page: number) => void;
}

export class GuestMemory {
  readonly base: number;
  readonly size: number;
  /** Little-endian access for structures in RAM; index with `offset`. */
  readonly view: DataView;
  /** For words shared with a guest's driver, read and written with `Atomics`; index with `offset / 2`. */
  readonly halves: Uint16Array;
  readonly #ram: Uint8Array;
  readonly #pageFlags: Uint8Array;
  readonly #codeWritten: (page: number) => void;
  readonly #fetch: (page: number) => void;
  readonly #keep: (page: number) => void;

  constructor({ buffer, ramOffset, base, size, pageFlags, fetch, keep, codeWritten }: GuestMemoryParts) {
    this.base = base;
    this.size = size;
    this.view = new DataView(buffer, ramOffset, size);
    this.halves = new Uint16Array(buffer, ramOffset, Math.floor(size / 2));
    this.#ram = new Uint8Array(buffer, ramOffset, size);
    this.#pageFlags = pageFlags;
    this.#codeWritten = codeWritten;
    this.#fetch = fetch;
    this.#keep = keep;
  }

  /** First address after RAM. */
  get end(): number {
    return this.base + this.size;
  }

  /** Whether `length` bytes at a physical address lie wholly in RAM; their pages need not be there yet. */
  covers(address: number, length: number): boolean {
    const from = address - this.base;
    return from >= 0 && length >= 0 && from + length <= this.size;
  }

  /**
   * Offset into RAM of `length` bytes at a physical address, or -1 where they are not wholly in RAM. They are all there
   * when it returns, and stay there until the caller lets go of its thread.
   * @throws MemoryLost when their content cannot be had
   */
  offset(address: number, length: number): number {
    const from = address - this.base;
    if (!this.covers(address, length)) return -1;
    const last = Math.floor((from + length - 1) / PAGE_SIZE);
    for (let page = Math.floor(from / PAGE_SIZE); page <= last; page++)
      if (((this.#pageFlags[page] as number) & PAGE.absent) !== 0) this.#fetch(page);
    return from;
  }

  /** The bytes themselves (not a copy), or undefined where they are not wholly in RAM. */
  bytes(address: number, length: number): Uint8Array | undefined {
    const from = this.offset(address, length);
    return from < 0 ? undefined : this.#ram.subarray(from, from + length);
  }

  /** Must precede every write a device or loader makes to RAM: a snapshot may still need what is there. */
  prepare(address: number, length: number): void {
    const from = this.offset(address, length);
    if (from < 0 || length === 0) return;
    const last = Math.floor((from + length - 1) / PAGE_SIZE);
    for (let page = Math.floor(from / PAGE_SIZE); page <= last; page++) this.#keep(page);
  }

  /** Must follow every write a device or loader makes to RAM: tells the cores if they hold code from there. */
  written(address: number, length: number): void {
    const from = this.offset(address, length);
    if (from < 0 || length === 0) return;
    const last = Math.floor((from + length - 1) / PAGE_SIZE);
    for (let page = Math.floor(from / PAGE_SIZE); page <= last; page++) {
      // A read-modify-write, so that the bytes are there for everybody before the flag is looked at.
      if (Atomics.or(this.#pageFlags, page, 0) & PAGE.code) this.#codeWritten(page);
    }
  }
}
