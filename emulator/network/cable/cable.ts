/**
 * The cable between a network card and its link: it can be watched, pulled, and made slow, long or lossy for tests. It is a link
 * to the card and a card to the link, so neither knows of it; a plain cable hands everything on in the same call.
 */
import type { Frame, NetworkCard, NetworkLink } from '../../device/kit/network.ts';
import { ImpairedDirection, type Impairment } from './impaired-direction.ts';
import { Traffic, type TrafficReport } from './traffic.ts';

export interface CableParts {
  readonly link: NetworkLink;
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** Calls back after so many milliseconds. */
  readonly later: (milliseconds: number, action: () => void) => void;
  /** Whether it is in at the beginning; absent: it is. */
  readonly isUp?: boolean;
}

/** What a cable is like now. */
export interface CableStatus extends Impairment {
  readonly isUp: boolean;
  /** The seed of what is lost. */
  readonly seed: number;
  /** Frames lost on the way since the cable was plugged in. */
  readonly lost: number;
}

/** Sees every frame that reaches either end. */
export type Watcher = (frame: Frame, toGuest: boolean) => void;

/** Numbers from 0 to below 1 (splitmix32): alike from the first one on for small seeds too, of which neighbours are used. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

export class Cable implements NetworkLink, NetworkCard {
  readonly #parts: CableParts;
  readonly #watchers = new Set<Watcher>();
  readonly #traffic: Traffic;
  #card: NetworkCard | undefined;
  /** Whether it is to be in: a guest that goes back to a saved state finds it as it is now. */
  #isIn: boolean;
  #impairment: Impairment | undefined;
  #seed = 1;
  #toGuest = new ImpairedDirection(randomOf(1));
  #fromGuest = new ImpairedDirection(randomOf(2));
  #lostBefore = 0;
  /** When the machine began to stand still, and how long it has in all: frames under way stand still with it. */
  #heldAt: number | undefined;
  #held = 0;
  /** When it looks again by itself. */
  #wakesAt = Infinity;

  constructor(parts: CableParts) {
    this.#parts = parts;
    this.#traffic = new Traffic(parts.now());
    this.#isIn = parts.isUp ?? true;
  }

  /** @returns what ends it */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
  #seen(frame: Frame, toGuest: boolean): void {
    for (const watcher of this.#watchers) watcher(frame, toGuest);
  }

  #count(frames: readonly Frame[], toGuest: boolean): void {
    let bytes = 0;
    for (const frame of frames) bytes += frame.bytes.length;
    this.#traffic.count(bytes, toGuest, this.#parts.now());
  }
  /** What has reached either end; headers of segments that a driver cuts itself count once. */
  get traffic(): TrafficReport {
    return this.#traffic.report(this.#parts.now());
  }

  get status(): CableStatus {
    const { rate, delay, loss } = this.#impairment ?? {};
    const lost = this.#lostBefore + this.#toGuest.lost + this.#fromGuest.lost;
    return { isUp: this.isPlugged, seed: this.#seed, lost, rate, delay, loss };
  }

  /** From now on frames travel like this; those under way arrive as they would have. @param seed what is lost depends on it alone */
  impair(impairment: Impairment, seed: number): void {
    const { rate, delay = 0, loss = 0 } = impairment;
    this.#impairment = rate === undefined && delay === 0 && loss === 0 ? undefined : impairment;
    if (this.#impairment === undefined && this.#isEmpty) this.#ready();
    if (seed === this.#seed) return;
    this.#seed = seed;
    this.#lostBefore += this.#toGuest.lost + this.#fromGuest.lost;
    // Frames under way on the old wires are lost with them.
    this.#toGuest = new ImpairedDirection(randomOf(seed));
    this.#fromGuest = new ImpairedDirection(randomOf(seed + 1));
  }

  /** Frames that travel must not be overtaken. */
  get #isEmpty(): boolean {
    return this.#toGuest.isEmpty && this.#fromGuest.isEmpty;
  }
  get #isPlain(): boolean {
    return this.#impairment === undefined && this.#isEmpty;
  }
  get #now(): number {
    return (this.#heldAt ?? this.#parts.now()) - this.#held;
  }

  // To the card, it is the link.

  plugged(card: NetworkCard): void {
    this.#card = card;
    this.#parts.link.plugged(this);
  }
  send(frames: readonly Frame[]): void {
    if (this.#isPlain) return this.#arrive(frames);
    for (const frame of frames) this.#fromGuest.add(frame, this.#now, this.#impairment ?? {});
    this.#deliver();
  }
  #arrive(frames: readonly Frame[]): void {
    this.#count(frames, false);
    if (this.#watchers.size > 0) for (const frame of frames) this.#seen(frame, false);
    this.#parts.link.send(frames);
  }
  ready(): void {
    this.#deliver();
    this.#ready();
  }
  #ready(): void {
    this.#parts.link.ready();
  }
  setHeld(held: boolean): void {
    if (held) this.#heldAt ??= this.#parts.now();
    else if (this.#heldAt !== undefined) {
      this.#held += this.#parts.now() - this.#heldAt;
      this.#heldAt = undefined;
    }
    this.#parts.link.setHeld(held);
    if (!held) this.#deliver();
  }
  underWay(): Uint8Array | undefined {
    return this.#parts.link.underWay?.();
  }
  wasUnderWay(saved: Uint8Array): void {
    this.#parts.link.wasUnderWay?.(saved);
  }
  returned(): void {
    this.#toGuest.clear();
    this.#fromGuest.clear();
    this.#card?.setLink(this.#isIn);
    this.#parts.link.returned();
  }

  // To the link, it is the card.

  get address(): Uint8Array {
    return this.#card?.address ?? new Uint8Array(6);
  }
  get takes(): NetworkCard['takes'] {
    return this.#card?.takes ?? { checksum: false, tcp4: false, tcp6: false };
  }
  get hasDriver(): boolean {
    return this.#card?.hasDriver === true;
  }
  get isUp(): boolean {
    return this.#card?.isUp === true;
  }
  get mtu(): number {
    return this.#card?.mtu ?? 1500;
  }
  get isPlugged(): boolean {
    return this.#card?.isPlugged === true;
  }
  setLink(isUp: boolean): void {
    this.#isIn = isUp;
    this.#card?.setLink(isUp);
  }
  /** Takes the cable out for so many milliseconds, where it is in: a guest asks anew for what it was given then. */
  blink(milliseconds: number): void {
    if (!this.#isIn) return;
    this.#card?.setLink(false);
    this.#parts.later(milliseconds, () => this.#card?.setLink(this.#isIn));
  }
  receive(frames: readonly Frame[]): number {
    if (this.#isPlain) return this.#handOver(frames);
    for (const frame of frames) this.#toGuest.add(frame, this.#now, this.#impairment ?? {});
    this.#deliver();
    return frames.length;
  }
  #handOver(frames: readonly Frame[]): number {
    const taken = this.#card?.receive(frames) ?? frames.length;
    if (taken === 0 || !this.isUp) return taken;
    const given = taken === frames.length ? frames : frames.slice(0, taken);
    this.#count(given, true);
    if (this.#watchers.size > 0) for (const frame of given) this.#seen(frame, true);
    return taken;
  }

  /** Hands over what has arrived, and looks again when the next frame is due. */
  #deliver(): void {
    if (this.#heldAt !== undefined) return;
    const now = this.#now;
    const from = this.#fromGuest.arrived(now);
    if (from.length > 0) this.#arrive(from);
    const to = this.#toGuest.arrived(now);
    const taken = to.length > 0 ? this.#handOver(to) : 0;
    // What finds no room waits for the guest, not for time: `ready` comes then.
    if (taken < to.length) this.#toGuest.putBack(to.slice(taken), now);
    this.#wake(now);
  }
  #wake(now: number): void {
    const due = [this.#toGuest.due, this.#fromGuest.due].reduce<number>(
      (first, at) => (at === undefined || at <= now ? first : Math.min(first, at)),
      Infinity,
    );
    if (due >= this.#wakesAt) return;
    this.#wakesAt = due;
    this.#parts.later(Math.max(1, due - now), () => {
      this.#wakesAt = Infinity;
      this.#deliver();
    });
  }
}
