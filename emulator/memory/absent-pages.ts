/**
 * Pages whose content is still to come: a machine that goes back to a snapshot point runs before its memory has been read.
 * Whoever touches such a page puts its number where the filling thread sees it and waits. Each return has its own epoch,
 * so that a filling of an earlier return never writes into the memory of a later one.
 */
import type { Fault } from '../error/coded-error.ts';
import { MachineError } from '../error/machine-error.ts';
import { flagWords, PAGE, PAGE_SIZE, pagesWith } from './page-flags.ts';
import type { PageKeeper, PageKeeperParts } from './page-keeper.ts';

/** Words of the area: number of the return, guard of a page being filled, counts of batches and of pages to come, failure. */
const EPOCH = 0;
const GUARD = 1;
const FILLED = 2;
const LEFT = 3;
const FAILED = 4;
/** Where a failure is as JSON, and its longest length in UTF-16 units; its length is in FAILED. */
const REASON = 128;
const REASON_UNITS = 448;
/** Words for the pages waited for, each a page number plus one, or 0. More than a machine has threads. */
const DEMANDS = 16;
const DEMAND_SLOTS = 16;
/** How long something is waited for at a time; the waiter then looks again. */
const PATIENCE_MS = 50;

/** One that is too long for the area loses its cause. */
const lostFor = (why: Fault | undefined): Fault => ({
  code: 'machine-memory-lost',
  facts: why ? { why: { code: why.code, facts: why.facts } } : {},
});

/** Memory that cannot be had: the page's content could not be read. */
export class MemoryLost extends MachineError {}

export type AbsentPagesParts = PageKeeperParts;

export class AbsentPages {
  /** Bytes of the area in shared memory. */
  static readonly SIZE = 1024;
  readonly #flags: Uint8Array;
  readonly #flagWords: Int32Array;
  readonly #ram: Uint8Array;
  readonly #words: Int32Array;
  readonly #reason: Uint16Array;

  constructor({ buffer, ramOffset, size, pageFlags, area }: AbsentPagesParts) {
    this.#flags = new Uint8Array(buffer, pageFlags, size / PAGE_SIZE);
    this.#flagWords = flagWords(buffer, pageFlags, size);
    this.#ram = new Uint8Array(buffer, ramOffset, size);
    this.#words = new Int32Array(buffer, area, DEMANDS + DEMAND_SLOTS);
    this.#reason = new Uint16Array(buffer, area + REASON, REASON_UNITS);
  }

  /**
   * Waits until a page is there. @param interrupted asked after each wake-up: whether to give up
   * @returns false when interrupted
   * @throws MemoryLost when it cannot be had
   */
  fetch(page: number, interrupted: () => boolean = () => false): boolean {
    for (let looks = 0; ;) {
      if ((Atomics.load(this.#flags, page) & PAGE.absent) === 0) return true;
      const seen = Atomics.load(this.#words, FILLED);
      if (interrupted()) return false;
      // The owner stops a machine whose memory is lost; only one without an owner comes to the end of this.
      if (this.lost !== undefined && ++looks > 20) throw new MemoryLost('machine-memory-lost', this.lost.facts);
      this.#demand(page);
      if ((Atomics.load(this.#flags, page) & PAGE.absent) !== 0) Atomics.wait(this.#words, FILLED, seen, PATIENCE_MS);
    }
  }
  #demand(page: number): void {
    for (let slot = DEMANDS; slot < DEMANDS + DEMAND_SLOTS; slot++) {
      const there = Atomics.compareExchange(this.#words, slot, 0, page + 1);
      if (there === 0 || there === page + 1) return;
    }
  }
  /** Has everybody who waits look again, because of `interrupted`. */
  wake(): void {
    Atomics.add(this.#words, FILLED, 1);
    Atomics.notify(this.#words, FILLED);
  }

  /** Ends the present filling: when this returns it changes nothing any more. */
  supersede(): void {
    Atomics.add(this.#words, EPOCH, 1);
    this.#guarded(() => undefined);
    this.wake();
  }
  /** The machine has ended: nothing has to be filled any more, nobody waits. */
  end(): void {
    Atomics.add(this.#words, EPOCH, 1);
    Atomics.store(this.#words, LEFT, 0);
    Atomics.notify(this.#words, LEFT);
    this.wake();
  }
  /** So many pages have been marked absent; they may be filled from now on. Only after `supersede`. */
  expect(pages: number): void {
    Atomics.store(this.#words, LEFT, pages);
  }
  /** Resolves when no page is absent, or `ended` says so. */
  async complete(ended: () => boolean): Promise<void> {
    for (;;) {
      const left = Atomics.load(this.#words, LEFT);
      if (left === 0 || ended()) return;
      await Atomics.waitAsync(this.#words, LEFT, left, PATIENCE_MS).value;
    }
  }

  /** Number of the present return. */
  get epoch(): number {
    return Atomics.load(this.#words, EPOCH);
  }
  /** Pages somebody waits for; each is told once. */
  demanded(): number[] {
    const pages = new Set<number>();
    for (let slot = DEMANDS; slot < DEMANDS + DEMAND_SLOTS; slot++) {
      const wanted = Atomics.load(this.#words, slot) && Atomics.exchange(this.#words, slot, 0);
      if (wanted !== 0 && (Atomics.load(this.#flags, wanted - 1) & PAGE.absent) !== 0) pages.add(wanted - 1);
    }
    return [...pages];
  }
  /** Absent pages from `from` on, at most `most`, in order. */
  absent(from: number, max: number): number[] {
    return pagesWith(this.#flagWords, PAGE.absent, from, max);
  }
  /**
   * Gives pages their content (undefined: all zero), unless the return they are for has been superseded.
   * @param keeper keeps what a snapshot still needs of them
   */
  put(pages: readonly number[], contents: readonly (Uint8Array | undefined)[], epoch: number, keeper: PageKeeper): void {
    pages.forEach((page, index) => {
      this.#guarded(() => {
        if (this.epoch !== epoch || (Atomics.load(this.#flags, page) & PAGE.absent) === 0) return;
        keeper.keepForFilling(page);
        const content = contents[index];
        if (content) this.#ram.set(content, page * PAGE_SIZE);
        else this.#ram.fill(0, page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
        Atomics.and(this.#flags, page, ~PAGE.absent);
        if (Atomics.sub(this.#words, LEFT, 1) === 1) Atomics.notify(this.#words, LEFT);
      });
    });
    this.wake();
  }

  /** Why pages cannot be had; undefined while all is well. */
  get lost(): Fault | undefined {
    const length = Atomics.load(this.#words, FAILED);
    if (length === 0) return undefined;
    return JSON.parse(String.fromCharCode(...this.#reason.subarray(0, length))) as Fault;
  }
  /** Pages cannot be read: the machine cannot go on. */
  lose(why: Fault): void {
    if (this.lost !== undefined) return;
    const whole = JSON.stringify(lostFor(why));
    const text = whole.length <= REASON_UNITS ? whole : JSON.stringify(lostFor(undefined));
    const units = Array.from(text, (letter) => letter.charCodeAt(0));
    this.#reason.set(units);
    Atomics.store(this.#words, FAILED, units.length);
    Atomics.notify(this.#words, FAILED);
    this.wake();
  }
  /** Resolves with the reason when pages cannot be had; never, while all is well. Only for a thread with an event loop. */
  async whenLost(ended: () => boolean): Promise<Fault | undefined> {
    while (this.lost === undefined && !ended()) await Atomics.waitAsync(this.#words, FAILED, 0, 1000).value;
    return this.lost;
  }

  /** Held for one page at a time, by the filling thread and whoever supersedes it. */
  #guarded(action: () => void): void {
    while (Atomics.compareExchange(this.#words, GUARD, 0, 1) !== 0) Atomics.wait(this.#words, GUARD, 1, 1);
    try {
      action();
    } finally {
      Atomics.store(this.#words, GUARD, 0);
      Atomics.notify(this.#words, GUARD);
    }
  }
}
