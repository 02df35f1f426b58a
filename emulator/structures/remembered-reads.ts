/** What was read lately of something slow. Readers who meet share one read. */
import { RecentlyUsed } from './recently-used.ts';

export class RememberedReads<V> {
  readonly #reads: RecentlyUsed<number, Promise<V>>;

  /** @param max values kept, at least one */
  constructor(max: number) {
    this.#reads = new RecentlyUsed(max);
  }

  /** The value, read where it is not known. A read that fails is not remembered. */
  get(key: number, read: () => Promise<V>): Promise<V> {
    const known = this.#reads.get(key);
    if (known) return known;
    const reading = read();
    this.#reads.put(key, reading);
    reading.catch(() => {
      if (this.#reads.get(key) === reading) this.#reads.delete(key);
    });
    return reading;
  }
}
