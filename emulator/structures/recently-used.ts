/** A bounded map: what was used longest ago goes first. */

export class RecentlyUsed<K, V> {
  readonly #max: number;
  readonly #dropped: ((value: V, key: K) => void) | undefined;
  /** A Map keeps the order of insertion; each use inserts anew. */
  readonly #entries = new Map<K, V>();

  /**
   * @param max entries kept, at least one
   * @param dropped called for each that had to make room
   */
  constructor(max: number, dropped?: (value: V, key: K) => void) {
    this.#max = Math.max(1, Math.floor(max));
    this.#dropped = dropped;
  }

  /** The value, which counts as used now; `undefined` where there is none. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** The value is kept as it is: who changes it changes it for everybody. */
  put(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#max) return;
    const [oldest] = this.#entries;
    if (!oldest) return;
    this.#entries.delete(oldest[0]);
    this.#dropped?.(oldest[1], oldest[0]);
  }

  /** Takes a value out. @returns whether it was there; `dropped` is not called */
  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** What is kept, the longest unused first. */
  entries(): readonly (readonly [K, V])[] {
    return [...this.#entries];
  }
}
