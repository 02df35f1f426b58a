/** A bounded cache of things that are read from a store: what was used longest ago goes first. */

export class RecentlyUsed<V> {
  readonly #most: number;
  /** In the order of last use; promises, so that readers who meet share one read. */
  readonly #entries = new Map<number, Promise<V>>();

  /** @param most entries kept, at least one */
  constructor(most: number) {
    this.#most = Math.max(1, Math.floor(most));
  }

  /** The entry, loaded where it is absent. A load that fails is not remembered. */
  get(key: number, load: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const loading = load();
    this.#entries.set(key, loading);
    loading.catch(() => {
      if (this.#entries.get(key) === loading) this.#entries.delete(key);
    });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#most && !oldest.done) this.#entries.delete(oldest.value);
    return loading;
  }
}
