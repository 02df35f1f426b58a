/**
 * Guest RAM as devices see it: bounded views by physical address, and the duty to report what was written, because a
 * core may hold translated code of that page. Pages that are still absent are waited for.
 */
import { PAGE, PAGE_SIZE } from './page-flags.ts';
import { ramAddress, ramBytes, ramOffset, type RamRange } from './ram-ranges.ts';

/** What a page of RAM's ranges is: RAM, RAM that cores cannot write (ROM), or a place where the board's bus answers. */
export type PageUse = 'memory' | 'read-only' | 'device';
const USE_FLAGS = { memory: 0, 'read-only': PAGE.readOnly, device: PAGE.device } as const;

export interface GuestMemoryParts {
  readonly buffer: SharedArrayBuffer;
  /** Byte offset of RAM in `buffer`; a multiple of 4096. */
  readonly ramOffset: number;
  /** Where RAM answers. */
  readonly ranges: readonly RamRange[];
  /** One byte a 4 KiB page (page-flags.ts). */
  readonly pageFlags: Uint8Array;
  /** Waits until an absent page has been filled (AbsentPages.fetch). */
  readonly fetch: (page: number) => void;
  /** Called for each page before a device changes it (PageKeeper.keep). */
  readonly keep: (page: number) => void;
  /** Called for each page of translated code that has been written. */
  readonly codeWritten: (page: number) => void;
  /** Called when pages have become something else: no core may go on by what it remembers of them. Absent: there is no core. */
  readonly reassigned?: () => void;
}

export class GuestMemory {
  /** Physical address of the first range. */
  readonly base: number;
  /** Bytes of RAM. */
  readonly size: number;
  readonly ranges: readonly RamRange[];
  /** Little-endian access for structures in RAM; index with `offset`. */
  readonly view: DataView;
  /** For words shared with a guest's driver, read and written with `Atomics`; index with `offset / 2`. */
  readonly halves: Uint16Array;
  readonly #ram: Uint8Array;
  readonly #pageFlags: Uint8Array;
  readonly #codeWritten: (page: number) => void;
  readonly #fetch: (page: number) => void;
  readonly #keep: (page: number) => void;
  readonly #reassigned: () => void;

  constructor({ buffer, ramOffset: at, ranges, pageFlags, fetch, keep, codeWritten, reassigned = () => undefined }: GuestMemoryParts) {
    const size = ramBytes(ranges);
    this.ranges = ranges;
    this.base = ramAddress(ranges, 0);
    this.size = size;
    this.view = new DataView(buffer, at, size);
    this.halves = new Uint16Array(buffer, at, Math.floor(size / 2));
    this.#ram = new Uint8Array(buffer, at, size);
    this.#pageFlags = pageFlags;
    this.#codeWritten = codeWritten;
    this.#reassigned = reassigned;
    this.#fetch = fetch;
    this.#keep = keep;
  }

  /** First address after the first range of RAM. */
  get end(): number {
    return this.base + (this.ranges[0] as RamRange).size;
  }

  /** The physical address of a byte of RAM, by its offset. */
  address(offset: number): number {
    return ramAddress(this.ranges, offset);
  }

  /** Whether `length` bytes at a physical address lie wholly in one range of RAM; their pages need not be there yet. */
  covers(address: number, length: number): boolean {
    return ramOffset(this.ranges, address, length) >= 0;
  }

  /**
   * Makes whole pages of RAM something else, or RAM again: a board's holes, ROM, what a guest switches between the two. They
   * keep what they hold. The core that asked for it acts on it from its next access on, others within microseconds.
   * @throws RangeError for what is no whole pages of one range
   */
  assign(address: number, length: number, use: PageUse): void {
    const from = ramOffset(this.ranges, address, length);
    if (from < 0 || from % PAGE_SIZE !== 0 || length % PAGE_SIZE !== 0)
      throw new RangeError(`0x${address.toString(16)} and ${length} bytes on are no whole pages of RAM`);
    let changed = false;
    for (let page = from / PAGE_SIZE; page < (from + length) / PAGE_SIZE; page++) {
      const before = Atomics.load(this.#pageFlags, page) & (PAGE.device | PAGE.readOnly);
      if (before === USE_FLAGS[use]) continue;
      Atomics.or(this.#pageFlags, page, USE_FLAGS[use]);
      Atomics.and(this.#pageFlags, page, ~(before & ~USE_FLAGS[use]));
      changed = true;
    }
    if (changed) this.#reassigned();
  }

  /**
   * Offset into RAM of `length` bytes at a physical address, or -1 where they are not wholly in one range of RAM, or another
   * device answers there. They are all there
   * when it returns, and stay there until the caller lets go of its thread.
   * @throws MemoryLost when their content cannot be had
   */
  offset(address: number, length: number): number {
    const from = ramOffset(this.ranges, address, length);
    if (from < 0) return -1;
    const last = Math.floor((from + length - 1) / PAGE_SIZE);
    for (let page = Math.floor(from / PAGE_SIZE); page <= last; page++) {
      const flags = this.#pageFlags[page] as number;
      if ((flags & PAGE.device) !== 0) return -1;
      if ((flags & PAGE.absent) !== 0) this.#fetch(page);
    }
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
