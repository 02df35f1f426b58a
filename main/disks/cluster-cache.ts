/** Clusters read or written lately, by a number whose content never changes (a row's place, a chunk). Oldest first out. */

export class ClusterCache {
  readonly #most: number;
  readonly #clusters = new Map<number, Uint8Array>();

  /** @param most clusters kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: number): Uint8Array | undefined {
    return this.#clusters.get(key);
  }

  /** The bytes are kept as they are: nobody may change them. */
  keep(key: number, bytes: Uint8Array): void {
    if (this.#clusters.size >= this.#most && !this.#clusters.has(key)) this.#clusters.delete(this.#clusters.keys().next().value as number);
    this.#clusters.set(key, bytes);
  }
}
