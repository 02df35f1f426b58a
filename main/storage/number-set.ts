/** A set of chunk numbers: bits, in pieces of 32768 so that numbers far apart cost little. */

const PIECE = 32768;

/** Inclusive: `[first, last]`. */
export type Run = readonly [first: number, last: number];

export class NumberSet {
  readonly #pieces = new Map<number, Uint8Array>();

  add(number: number): void {
    const at = Math.floor(number / PIECE);
    let piece = this.#pieces.get(at);
    if (!piece) this.#pieces.set(at, (piece = new Uint8Array(PIECE / 8)));
    const bit = number % PIECE;
    piece[bit >> 3]! |= 1 << (bit & 7);
  }

  has(number: number): boolean {
    const bit = number % PIECE;
    const piece = this.#pieces.get(Math.floor(number / PIECE));
    return piece !== undefined && ((piece[bit >> 3]! >> (bit & 7)) & 1) === 1;
  }

  /** Adds the members of another set. */
  addAll(other: NumberSet): void {
    for (const [at, from] of other.#pieces) {
      const piece = this.#pieces.get(at);
      if (!piece) this.#pieces.set(at, from.slice());
      else for (let byte = 0; byte < PIECE / 8; byte++) piece[byte]! |= from[byte]!;
    }
  }

  /** Adds the members that two other sets have in common. */
  addCommon(one: NumberSet, other: NumberSet): void {
    for (const [at, from] of one.#pieces) {
      const too = other.#pieces.get(at);
      if (!too) continue;
      let piece = this.#pieces.get(at);
      if (!piece) this.#pieces.set(at, (piece = new Uint8Array(PIECE / 8)));
      for (let byte = 0; byte < PIECE / 8; byte++) piece[byte]! |= from[byte]! & too[byte]!;
    }
  }

  /** The members in order, as runs of neighbours. */
  *runs(): Generator<Run> {
    let first = -1;
    let last = -2;
    for (const at of [...this.#pieces.keys()].sort((a, b) => a - b)) {
      const piece = this.#pieces.get(at)!;
      for (let byte = 0; byte < piece.length; byte++) {
        if (piece[byte] === 0) continue;
        for (let bit = 0; bit < 8; bit++) {
          if (((piece[byte]! >> bit) & 1) === 0) continue;
          const number = at * PIECE + byte * 8 + bit;
          if (number !== last + 1) {
            if (first >= 0) yield [first, last];
            first = number;
          }
          last = number;
        }
      }
    }
    if (first >= 0) yield [first, last];
  }

  /** The numbers from 1 to `end` that are not members, as runs. */
  *gaps(end: number): Generator<Run> {
    let next = 1;
    for (const [first, last] of this.runs()) {
      if (first > next) yield [next, Math.min(first - 1, end)];
      next = last + 1;
      if (next > end) return;
    }
    if (next <= end) yield [next, end];
  }
}
