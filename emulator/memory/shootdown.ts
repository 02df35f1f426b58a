/**
 * How cores agree about pages whose standing changes. A core remembers two kinds of things about a page of RAM: that it may
 * write it unseen (a write tag in its lookaside buffer) and code translated from it. Each may have to go because of what
 * another core, a device or a snapshot does:
 *
 * - Whoever sets a flag of a page (page-flags.ts) counts `revoked` up; every core then drops its write tags of pages that
 *   have a flag. So a page that becomes code, or clean, or must be kept, is written through the slow path only.
 * - Whoever changes a page that has the flag `code` takes the flag away, counts the page's generation and `changed` up;
 *   every core then drops what it translated from pages whose generation is not the one it holds.
 *
 * A core answers (`Core.settle`) before it executes anything after it stood still, and whenever its attention is asked
 * for. A core that is executing is waited for: when `revoke` or `codeChanged` with a waiting core returns, no core acts
 * on the former standing any more. Whoever waits answers what others ask of it, so two that wait for each other go on.
 */
import { WANTED } from './attention.ts';
import { PAGE } from './page-flags.ts';

/** Words of the area: what has been counted, and the bell that tells waiting cores to look again. */
const REVOKED = 0;
const CHANGED = 1;
const BELL = 2;
const WAITING = 3;
const ACCESS_LOCK = 4;
/** Words of each core, on a cache line of its own. */
const CORE_WORDS = 16;
const RUNNING = 0;
const REVOKED_SEEN = 1;
const CHANGED_SEEN = 2;
const FENCES = 3;

/** Looks at the others before sleeping on the bell: a core that is executing answers within some microseconds. */
const SPINS = 400;
/** A lost wake-up would cost at most this, in milliseconds. */
const NAP_MS = 1;

/** Translations another core may be asked to drop: those that are not global, or all. */
export const FENCE = { local: 1, all: 2 } as const;

/** Addresses of what belongs to one core. */
export interface CorePlaces {
  /** The word that has its generated code return. */
  readonly attention: number;
  /** One u32 a page: the generation plus one of the code it holds translations of, or 0. */
  readonly held: number;
}

export interface ShootdownParts {
  readonly buffer: SharedArrayBuffer;
  /** Address of `Shootdown.size(cores)` bytes. */
  readonly area: number;
  readonly pageFlags: number;
  readonly generations: number;
  /** Pages of RAM. */
  readonly pages: number;
  readonly cores: readonly CorePlaces[];
  /** The machine is being stopped: nobody is waited for any more. */
  readonly stopping: () => boolean;
}

export class Shootdown {
  static size(cores: number): number {
    return (1 + cores) * CORE_WORDS * 4;
  }
  /** Addresses of the count of changes and of what a core has seen of it, for generated code. */
  static changedAt(area: number): number {
    return area + CHANGED * 4;
  }
  /** Address of the word that is 1 while a core does an atomic access which the host's own cannot do. */
  static accessLockAt(area: number): number {
    return area + ACCESS_LOCK * 4;
  }
  static changedSeenAt(area: number, core: number): number {
    return area + ((1 + core) * CORE_WORDS + CHANGED_SEEN) * 4;
  }

  readonly #words: Int32Array;
  readonly #flags: Uint8Array;
  readonly #generations: Int32Array;
  readonly #held: readonly Int32Array[];
  readonly #attention: readonly Int32Array[];
  readonly #stopping: () => boolean;

  constructor({ buffer, area, pageFlags, generations, pages, cores, stopping }: ShootdownParts) {
    this.#words = new Int32Array(buffer, area, Shootdown.size(cores.length) / 4);
    this.#flags = new Uint8Array(buffer, pageFlags, pages);
    this.#generations = new Int32Array(buffer, generations, pages);
    this.#held = cores.map(({ held }) => new Int32Array(buffer, held, pages));
    this.#attention = cores.map(({ attention }) => new Int32Array(buffer, attention, 1));
    this.#stopping = stopping;
  }

  /** Flags of pages have been set, and generations counted up, while all cores stand still: they answer before they run on. */
  marked(): void {
    Atomics.add(this.#words, REVOKED, 1);
    Atomics.add(this.#words, CHANGED, 1);
  }

  /**
   * A page with the flag `code` changes. By a core: before the write, which then is no other core's code any more. By a
   * device: after it; cores notice soon, and at the latest when they are told that the device is done.
   * @param core the core that changes the page; it sees to its own translations itself
   * @param answer does what is asked of that core while it waits
   * @returns the count of `revoked` before: claims of the page since then have a higher one
   */
  codeChanged(page: number, core?: number, answer?: () => void): number {
    const { revoked } = this;
    // In this order: whoever claims the page between these steps holds the new generation or is told by the count.
    Atomics.and(this.#flags, page, ~PAGE.code);
    Atomics.add(this.#generations, page, 1);
    const count = (Atomics.add(this.#words, CHANGED, 1) + 1) | 0;
    if (core !== undefined) Atomics.compareExchange(this.#words, this.#at(core, CHANGED_SEEN), (count - 1) | 0, count);
    this.#held.forEach((held, other) => {
      if (other === core || Atomics.load(held, page) === 0) return;
      this.#nudge(other);
      if (core !== undefined && answer) this.#await(() => this.#answered(other, CHANGED_SEEN, count), answer);
    });
    return revoked;
  }

  /**
   * A core is about to translate code of a page, and has dropped its own write tag. When this returns, no core writes the
   * page unseen, and the core is told of every change.
   */
  claim(page: number, core: number, answer: () => void): void {
    const held = this.#held[core] as Int32Array;
    do {
      this.#protect(page, core, answer);
      Atomics.store(held, page, Atomics.load(this.#generations, page) + 1);
      // Who changed the page before that was stored may not have seen it, and has taken the flag away.
    } while (Atomics.load(held, page) !== Atomics.load(this.#generations, page) + 1 || !(Atomics.load(this.#flags, page) & PAGE.code));
  }
  #protect(page: number, core: number, answer: () => void): void {
    const fresh = (Atomics.or(this.#flags, page, PAGE.code) & PAGE.code) === 0;
    const count = fresh ? (Atomics.add(this.#words, REVOKED, 1) + 1) | 0 : Atomics.load(this.#words, REVOKED);
    // It has seen to its own tags of this page, and owes nothing if it had answered everything before.
    if (fresh) Atomics.compareExchange(this.#words, this.#at(core, REVOKED_SEEN), (count - 1) | 0, count);
    for (let other = 0; other < this.#held.length; other++) {
      if (other === core || this.#answered(other, REVOKED_SEEN, count)) continue;
      this.#nudge(other);
      this.#await(() => this.#answered(other, REVOKED_SEEN, count), answer);
    }
  }
  /** The core executes from now on, as far as others know: it must answer before it does. */
  enter(core: number): void {
    Atomics.store(this.#words, this.#at(core, RUNNING), 1);
  }
  /** The core stands still and will answer before it goes on. */
  leave(core: number): void {
    Atomics.store(this.#words, this.#at(core, RUNNING), 0);
    this.#ring();
  }
  /** What has been counted, for a core to answer. */
  get revoked(): number {
    return Atomics.load(this.#words, REVOKED);
  }
  get changed(): number {
    return Atomics.load(this.#words, CHANGED);
  }
  revokedSeen(core: number): number {
    return Atomics.load(this.#words, this.#at(core, REVOKED_SEEN));
  }
  changedSeen(core: number): number {
    return Atomics.load(this.#words, this.#at(core, CHANGED_SEEN));
  }
  /** The core has done what the counts up to these ask for. */
  settled(core: number, revoked: number, changed: number): void {
    Atomics.store(this.#words, this.#at(core, REVOKED_SEEN), revoked);
    Atomics.store(this.#words, this.#at(core, CHANGED_SEEN), changed);
    this.#ring();
  }

  /** Has another core drop translations, and waits until it has. @param fence see FENCE */
  fence(other: number, fence: number, answer: () => void): void {
    const at = this.#at(other, FENCES);
    Atomics.or(this.#words, at, fence);
    this.#nudge(other);
    this.#await(() => (Atomics.load(this.#words, at) & fence) === 0 || this.#idle(other), answer);
  }
  /** Pages have become something else (ROM, a hole): every core drops all that it remembers of translations before it goes on. */
  reassigned(): void {
    this.#attention.forEach((_, core) => {
      Atomics.or(this.#words, this.#at(core, FENCES), FENCE.all);
      this.#nudge(core);
    });
  }
  /** Has another core look at code that devices changed, and waits until it has. */
  fenceCode(other: number, answer: () => void): void {
    const count = this.changed;
    if (this.#answered(other, CHANGED_SEEN, count)) return;
    this.#nudge(other);
    this.#await(() => this.#answered(other, CHANGED_SEEN, count), answer);
  }
  /** What others have asked this core to drop. */
  fences(core: number): number {
    return Atomics.load(this.#words, this.#at(core, FENCES));
  }
  /** It has been dropped, and the core has not executed since. */
  fenced(core: number, fence: number): void {
    Atomics.and(this.#words, this.#at(core, FENCES), ~fence);
    this.#ring();
  }

  #at(core: number, word: number): number {
    return (1 + core) * CORE_WORDS + word;
  }
  #idle(core: number): boolean {
    return Atomics.load(this.#words, this.#at(core, RUNNING)) === 0;
  }
  /** Whether a core has answered a count, or will before it executes anything. */
  #answered(core: number, word: number, count: number): boolean {
    return ((Atomics.load(this.#words, this.#at(core, word)) - count) | 0) >= 0 || this.#idle(core);
  }
  #nudge(core: number): void {
    const attention = this.#attention[core] as Int32Array;
    Atomics.store(attention, 0, WANTED);
    Atomics.notify(attention, 0);
  }
  #ring(): void {
    if (Atomics.load(this.#words, WAITING) === 0) return;
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }
  #await(done: () => boolean, answer: () => void): void {
    for (let looks = 0; !done() && !this.#stopping(); looks++) {
      answer();
      if (looks < SPINS) continue;
      Atomics.add(this.#words, WAITING, 1);
      const bell = Atomics.load(this.#words, BELL);
      if (!done()) Atomics.wait(this.#words, BELL, bell, NAP_MS);
      Atomics.sub(this.#words, WAITING, 1);
    }
  }
}
