/** A rate with a burst: so many at once, then so many a second. */

export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** @returns whether there was one left */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Whether time changes anything. */
  get isFull(): boolean {
    return this.#left >= this.#burst;
  }

  passed(milliseconds: number): void {
    this.#left = Math.min(this.#burst, this.#left + (milliseconds * this.#perSecond) / 1000);
  }
}
