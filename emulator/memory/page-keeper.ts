/**
 * Copy on write for a snapshot of a machine that keeps running. At the snapshot point the pages to be saved are marked
 * (page-flags.ts); whoever would change a marked page (a core's slow path, a device, a walk that sets A or D, a page that
 * is filled) first puts a copy into an area that all threads share, from where the saving thread takes it. Pages nobody
 * changes are copied by the saving thread in its own time. The guest waits only when it changes pages faster than the
 * area is emptied.
 */
import { clearFlag, flagWords, isZeroPage, PAGE, PAGE_SIZE, pagesWith } from './page-flags.ts';

/** Copies that may wait for the saving thread: 16 MiB, what a guest can dirty in several milliseconds. */
const SLOTS = 4096;
/** Words before the slots: copies put in, copies taken out, whether a snapshot is being copied, whether the machine has ended. */
const PUT = 0;
const TAKEN = 1;
const COPYING = 2;
const ENDED = 3;
const HEADER = 64;
/** Copies taken out between two wake-ups of those who wait for room. */
const WAKE_EVERY = 64;
/** How long something is waited for at a time; the waiter then looks again. */
const PATIENCE_MS = 100;

/** Takes over what a page held. `copy`: bytes of the caller's own; undefined where the page was all zero. */
export type TakePage = (page: number, copy: Uint8Array | undefined) => void;

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
  readonly #flagWords: Int32Array;
  readonly #words: Int32Array;
  readonly #numbers: Int32Array;
  /** All of the memory, and where RAM and the copies are in it: copying a page makes no garbage. */
  readonly #bytes: Uint8Array;
  readonly #memoryWords: Int32Array;
  readonly #ramAt: number;
  readonly #copiesAt: number;

  constructor({ buffer, ramOffset, size, pageFlags, area }: PageKeeperParts) {
    this.#flags = new Uint8Array(buffer, pageFlags, size / PAGE_SIZE);
    this.#flagWords = flagWords(buffer, pageFlags, size);
    this.#words = new Int32Array(buffer, area, HEADER / 4);
    this.#numbers = new Int32Array(buffer, area + HEADER, SLOTS);
    this.#bytes = new Uint8Array(buffer);
    this.#memoryWords = new Int32Array(buffer);
    this.#ramAt = ramOffset;
    this.#copiesAt = area + HEADER + SLOTS * 4;
  }

  /** Must precede any change of a page that is present: keeps what it holds if a snapshot still needs it. Any thread but the saving one. */
  keep(page: number): void {
    if (this.#claim(page, PAGE.clean)) this.#hand(page);
  }
  /** The same for a page that is about to get the content of the snapshot point the machine goes back to. */
  keepForFilling(page: number): void {
    if (this.#claim(page, 0)) this.#hand(page);
  }

  /** Whether so many copies wait for the saving thread that whoever can should let it catch up first. */
  get crowded(): boolean {
    return ((Atomics.load(this.#words, PUT) - Atomics.load(this.#words, TAKEN)) | 0) > SLOTS / 2;
  }
  /** Whether a snapshot's pages are still being copied. */
  get copying(): boolean {
    return Atomics.load(this.#words, COPYING) !== 0;
  }
  /** The pages have been marked: until `done` they are one snapshot's. */
  begin(): void {
    Atomics.store(this.#words, COPYING, 1);
  }
  /** Resolves when no snapshot's pages are being copied. */
  async idle(): Promise<void> {
    while (this.copying && !this.#ended) await Atomics.waitAsync(this.#words, COPYING, 1, PATIENCE_MS).value;
  }
  /** All threads of the machine are gone: what they had begun will not be finished by them. */
  end(): void {
    Atomics.store(this.#words, ENDED, 1);
    Atomics.notify(this.#words, COPYING);
  }
  get #ended(): boolean {
    return Atomics.load(this.#words, ENDED) !== 0;
  }

  /** Pages from `from` on that the saving thread has yet to copy, at most `most`. */
  unsaved(from: number, max: number): number[] {
    return pagesWith(this.#flagWords, PAGE.unsaved, from, max);
  }
  /** Hands over a page on the saving thread, unless it has been kept (or is being) by somebody else. */
  take(page: number, each: TakePage): void {
    const flags = Atomics.load(this.#flags, page);
    if ((flags & PAGE.unsaved) === 0 || (flags & PAGE.saving) !== 0 || !this.#claim(page, 0)) return;
    const copy = this.#copyOf(page);
    this.#release(page);
    each(page, copy);
  }
  /** Hands over what others have kept since the last call. */
  drain(each: TakePage): void {
    for (;;) {
      const taken = this.#words[TAKEN] as number;
      const slot = (taken >>> 0) % SLOTS;
      // A slot is announced by its page number plus one; a claimed slot that is still being filled holds 0.
      const number = Atomics.load(this.#numbers, slot);
      if (number === 0) break;
      each(number - 1, this.#copyAt(this.#copiesAt + slot * PAGE_SIZE));
      Atomics.store(this.#numbers, slot, 0);
      // Whoever waits for room is woken when there is some for all.
      if ((Atomics.add(this.#words, TAKEN, 1) + 1) % WAKE_EVERY === 0) Atomics.notify(this.#words, TAKEN);
    }
    Atomics.notify(this.#words, TAKEN);
  }
  /**
   * What is left when all marked pages have been looked at: pages that others are just keeping.
   * @returns whether something is still to come; of a machine that has ended, pages in the making are handed over from RAM
   */
  finish(each: TakePage): boolean {
    this.drain(each);
    const pending = pagesWith(this.#flagWords, PAGE.saving, 0, SLOTS);
    if (this.#ended) {
      // Whoever was keeping these is gone and has not changed them.
      for (const page of pending) {
        each(page, this.#copyOf(page));
        this.#release(page);
      }
      return false;
    }
    return pending.length > 0 || Atomics.load(this.#words, PUT) !== Atomics.load(this.#words, TAKEN);
  }
  /** All is copied: the next snapshot may begin. */
  done(): void {
    // From the first slot again, so that small snapshots touch little of the area.
    Atomics.store(this.#words, PUT, 0);
    Atomics.store(this.#words, TAKEN, 0);
    Atomics.store(this.#words, COPYING, 0);
    Atomics.notify(this.#words, COPYING);
  }
  /** Gives the snapshot up: nothing has to be kept any more. Then `finish` until nothing is to come, and `done`. */
  forget(): void {
    clearFlag(this.#flagWords, PAGE.unsaved);
  }

  /** Wins the right to copy a page; waits for another that is copying it. @returns false where it needs no copy */
  #claim(page: number, clear: number): boolean {
    for (;;) {
      const flags = Atomics.load(this.#flags, page);
      if ((flags & PAGE.saving) !== 0) continue; // a copy takes a microsecond
      const claims = (flags & PAGE.unsaved) !== 0;
      const next = claims ? (flags & ~(PAGE.unsaved | clear)) | PAGE.saving : flags & ~clear;
      if (next === flags || Atomics.compareExchange(this.#flags, page, flags, next) === flags) return claims;
    }
  }
  #hand(page: number): void {
    this.#put(page);
    this.#release(page);
  }
  #release(page: number): void {
    Atomics.and(this.#flags, page, ~PAGE.saving);
  }
  #copyOf(page: number): Uint8Array | undefined {
    return this.#copyAt(this.#ramAt + page * PAGE_SIZE);
  }
  /** Zeros are found before anything is copied: most pages of a guest's memory were never used. */
  #copyAt(at: number): Uint8Array | undefined {
    return isZeroPage(this.#memoryWords, at / 4) ? undefined : this.#bytes.slice(at, at + PAGE_SIZE);
  }
  #put(page: number): void {
    const turn = Atomics.add(this.#words, PUT, 1) >>> 0;
    for (;;) {
      const taken = Atomics.load(this.#words, TAKEN);
      if (turn - (taken >>> 0) < SLOTS) break;
      Atomics.wait(this.#words, TAKEN, taken, PATIENCE_MS);
    }
    const slot = turn % SLOTS;
    const from = this.#ramAt + page * PAGE_SIZE;
    this.#bytes.copyWithin(this.#copiesAt + slot * PAGE_SIZE, from, from + PAGE_SIZE);
    Atomics.store(this.#numbers, slot, page + 1);
  }
}
