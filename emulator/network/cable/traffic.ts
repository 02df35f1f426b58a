/**
 * What a cable has carried, each way, in all and over the last two minutes. It keeps no timer: bytes are counted when they come, and a
 * time in which none came is filled with zeros when somebody looks.
 */

/** Milliseconds that one number of the history stands for, and how many there are. */
const EVERY_MS = 500;
const PIECES = 240;

export interface TrafficReport {
  /** Bytes of frames in all. */
  readonly toGuest: number;
  readonly fromGuest: number;
  readonly history: {
    /** Milliseconds that each number stands for; the last one ended within as many. */
    readonly everyMs: number;
    /** The number of the last piece: it tells whether there is a new one. */
    readonly last: number;
    /** Bytes, the oldest first. */
    readonly toGuest: readonly number[];
    readonly fromGuest: readonly number[];
  };
}

/** Counts one direction. */
class Direction {
  total = 0;
  /** By piece of time modulo `PIECES`. */
  readonly #pieces = new Array<number>(PIECES).fill(0);

  /** The pieces from `first` to `last` are new: none of what stands in their places counts any more. */
  forget(first: number, last: number): void {
    for (let piece = Math.max(first, last - PIECES + 1); piece <= last; piece++) this.#pieces[piece % PIECES] = 0;
  }
  add(piece: number, bytes: number): void {
    this.total += bytes;
    this.#pieces[piece % PIECES] = (this.#pieces[piece % PIECES] as number) + bytes;
  }
  /** Those before `piece`, the oldest first. */
  before(piece: number): readonly number[] {
    const count = Math.min(PIECES - 1, piece);
    return Array.from({ length: count }, (_, index) => this.#pieces[(piece - count + index) % PIECES] as number);
  }
}

export class Traffic {
  readonly #began: number;
  readonly #toGuest = new Direction();
  readonly #fromGuest = new Direction();
  #piece = 0;

  /** @param now milliseconds since any moment */
  constructor(now: number) {
    this.#began = now;
  }
  #goTo(now: number): number {
    const piece = Math.max(this.#piece, Math.floor((now - this.#began) / EVERY_MS));
    if (piece > this.#piece) for (const each of [this.#toGuest, this.#fromGuest]) each.forget(this.#piece + 1, piece);
    return (this.#piece = piece);
  }
  count(bytes: number, toGuest: boolean, now: number): void {
    (toGuest ? this.#toGuest : this.#fromGuest).add(this.#goTo(now), bytes);
  }
  report(now: number): TrafficReport {
    const piece = this.#goTo(now);
    const history = {
      everyMs: EVERY_MS,
      last: piece - 1,
      toGuest: this.#toGuest.before(piece),
      fromGuest: this.#fromGuest.before(piece),
    };
    return { toGuest: this.#toGuest.total, fromGuest: this.#fromGuest.total, history };
  }
}
