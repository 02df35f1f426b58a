/**
 * Copy on write for a snapshot of a machine that keeps running. While one is taken, every RAM page carries a mark;
 * whoever would change a marked page (a core's slow path, a device, a walk that sets A or D) first puts a copy into an
 * area that all threads share, from where the saving thread takes it. Pages nobody changes are copied by the saving
 * thread in its own time. The guest waits only when it changes pages faster than the area is emptied.
 */

/** Marks in a page's flags (engine/layout.ts, PAGE): not yet saved; being copied by someone. */
export const PAGE_UNSAVED = 8;
export const PAGE_SAVING = 16;

const PAGE_SIZE = 4096;
/** Copies that may wait for the saving thread: 4 MiB. */
const SLOTS = 1024;
/** Words before the slots: copies ever put in, copies ever taken out. */
const PUT = 0;
const TAKEN = 1;
const HEADER = 64;
/** How long a full area is waited for at a time; the waiter then looks again. */
const PATIENCE_MS = 100;

export interface PageKeeperParts {
  readonly buffer: SharedArrayBuffer;
  /** Byte offset of RAM in `buffer`, and its size. */
  readonly ramOffset: number;
  readonly size: number;
  /** Byte offset of the page flags, one byte a page. */
  readonly pageFlags: number;
  /** Byte offset of the area, `PageKeeper.SIZE` bytes. */
  readonly area: number;
}

export class PageKeeper {
  /** Bytes of the area in shared memory. */
  static readonly SIZE = HEADER + SLOTS * (PAGE_SIZE + 4);
  readonly #flags: Uint8Array;
  readonly #ram: Uint8Array;
  readonly #words: Int32Array;
  readonly #numbers: Int32Array;
  readonly #copies: Uint8Array;

  constructor({ buffer, ramOffset, size, pageFlags, area }: PageKeeperParts) {
    this.#flags = new Uint8Array(buffer, pageFlags, size / PAGE_SIZE);
    this.#ram = new Uint8Array(buffer, ramOffset, size);
    this.#words = new Int32Array(buffer, area, HEADER / 4);
    this.#numbers = new Int32Array(buffer, area + HEADER, SLOTS);
    this.#copies = new Uint8Array(buffer, area + HEADER + SLOTS * 4, SLOTS * PAGE_SIZE);
  }

  /** Marks every page. Only while nothing runs; the cores must then drop their permissions to write unseen. */
  markAll(): void {
    for (let page = 0; page < this.#flags.length; page++) this.#flags[page] = (this.#flags[page] as number) | PAGE_UNSAVED;
  }

  /** Must precede any change of a page: keeps what it holds if a snapshot still needs it. Any thread but the saving one. */
  keep(page: number): void {
    if (!this.#claim(page)) return;
    this.#put(page, this.#content(page));
    this.#release(page);
  }

  /**
   * The saving thread's own copy of a page; undefined where the page is all zero, or has been kept (or is being) by
   * somebody else.
   */
  take(page: number): Uint8Array | undefined {
    const flags = Atomics.load(this.#flags, page);
    if ((flags & PAGE_UNSAVED) === 0 || (flags & PAGE_SAVING) !== 0 || !this.#claim(page)) return undefined;
    const content = this.#content(page);
    const copy = isZero(content) ? undefined : content.slice();
    this.#release(page);
    return copy;
  }
  /** Whether some page is still to be copied, or a copy to be taken out. Only true answers may be out of date. */
  get busy(): boolean {
    return (
      this.#flags.some((flags) => (flags & (PAGE_UNSAVED | PAGE_SAVING)) !== 0) ||
      Atomics.load(this.#words, PUT) !== Atomics.load(this.#words, TAKEN)
    );
  }
  /** Hands over what others have kept since the last call. */
  drain(each: (page: number, copy: Uint8Array) => void): void {
    for (;;) {
      const taken = this.#words[TAKEN] as number;
      const slot = (taken >>> 0) % SLOTS;
      // A slot is announced by its page number plus one; a claimed slot that is still being filled holds 0.
      const number = Atomics.load(this.#numbers, slot);
      if (number === 0) return;
      each(number - 1, this.#copies.slice(slot * PAGE_SIZE, (slot + 1) * PAGE_SIZE));
      Atomics.store(this.#numbers, slot, 0);
      Atomics.add(this.#words, TAKEN, 1);
      Atomics.notify(this.#words, TAKEN);
    }
  }

  /** Wins the right to copy a page; waits for another that is copying it. @returns false where it needs no copy */
  #claim(page: number): boolean {
    for (;;) {
      const flags = Atomics.load(this.#flags, page);
      if ((flags & PAGE_SAVING) !== 0) continue; // a copy takes a microsecond
      if ((flags & PAGE_UNSAVED) === 0) return false;
      const claimed = (flags & ~PAGE_UNSAVED) | PAGE_SAVING;
      if (Atomics.compareExchange(this.#flags, page, flags, claimed) === flags) return true;
    }
  }
  #release(page: number): void {
    Atomics.and(this.#flags, page, ~PAGE_SAVING);
  }
  #content(page: number): Uint8Array {
    return this.#ram.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  }
  #put(page: number, content: Uint8Array): void {
    const turn = Atomics.add(this.#words, PUT, 1) >>> 0;
    for (;;) {
      const taken = Atomics.load(this.#words, TAKEN);
      if (turn - (taken >>> 0) < SLOTS) break;
      Atomics.wait(this.#words, TAKEN, taken, PATIENCE_MS);
    }
    const slot = turn % SLOTS;
    this.#copies.set(content, slot * PAGE_SIZE);
    Atomics.store(this.#numbers, slot, page + 1);
  }
}

/** @param page 4096 bytes at a multiple of 8 */
export function isZero(page: Uint8Array): boolean {
  return new BigUint64Array(page.buffer, page.byteOffset, page.length / 8).every((word) => word === 0n);
}
