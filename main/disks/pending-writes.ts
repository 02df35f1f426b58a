/**
 * What the guest has written and the overlay file does not hold yet, by cluster. A snapshot point ends a generation:
 * what was written before keeps its bytes whatever is written afterwards.
 */
import { CLUSTER_BYTES, isZeroCluster } from './cluster.ts';

/** Clusters of one generation; `null` stands for zeros. */
export interface Batch {
  readonly generation: number;
  readonly clusters: ReadonlyMap<number, Uint8Array | null>;
}

/** What an entry takes beside its bytes, roughly. */
const ENTRY_BYTES = 64;
/** Entries worth looking at one by one to save a look at each cluster of a segment. */
const SCANNED = 4096;

export class PendingWrites {
  #generation: number;
  #current = new Map<number, Uint8Array | null>();
  /** Of ended generations, oldest first. */
  #ended: Batch[] = [];
  /** Being written to the file, oldest first. */
  #taken: readonly Batch[] = [];
  #bytes = 0;
  #takenBytes = 0;

  constructor(generation: number) {
    this.#generation = generation;
  }

  /** The generation that is being written. */
  get generation(): number {
    return this.#generation;
  }

  /** Memory held, in bytes. */
  get bytes(): number {
    return this.#bytes + this.#takenBytes;
  }

  /** Whether nothing waits to be taken. */
  get isEmpty(): boolean {
    return this.#current.size === 0 && this.#ended.length === 0;
  }

  /** Whether something may be pending for clusters from `first` on, before `end`; where much is pending, it may. */
  mayTouch(first: number, end: number): boolean {
    const maps = [this.#current, ...this.#ended.map(({ clusters }) => clusters), ...this.#taken.map(({ clusters }) => clusters)];
    if (maps.reduce((sum, { size }) => sum + size, 0) > SCANNED) return true;
    return maps.some((clusters) => [...clusters.keys()].some((cluster) => cluster >= first && cluster < end));
  }

  /** A cluster's bytes, `null` where they are zeros, `undefined` where nothing is pending. The caller only reads them, at once. */
  get(cluster: number): Uint8Array | null | undefined {
    const found = this.#current.get(cluster);
    if (found !== undefined) return found;
    for (let index = this.#ended.length - 1; index >= 0; index--) {
      const older = this.#ended[index]!.clusters.get(cluster);
      if (older !== undefined) return older;
    }
    for (let index = this.#taken.length - 1; index >= 0; index--) {
      const older = this.#taken[index]!.clusters.get(cluster);
      if (older !== undefined) return older;
    }
    return undefined;
  }

  /** Writes a whole cluster. The bytes are copied. */
  put(cluster: number, bytes: Uint8Array): void {
    if (isZeroCluster(bytes)) return this.zero(cluster);
    const known = this.#current.get(cluster);
    if (known) return known.set(bytes);
    this.#current.set(cluster, bytes.slice());
    this.#bytes += known === null ? CLUSTER_BYTES : CLUSTER_BYTES + ENTRY_BYTES;
  }

  /** Makes a cluster zeros. */
  zero(cluster: number): void {
    const known = this.#current.get(cluster);
    if (known === null) return;
    this.#current.set(cluster, null);
    this.#bytes += known ? -CLUSTER_BYTES : ENTRY_BYTES;
  }

  /** Ends the generation. @returns its number */
  cut(): number {
    const generation = this.#generation++;
    if (this.#current.size > 0) this.#ended.push({ generation, clusters: this.#current });
    this.#current = new Map();
    return generation;
  }

  /** Takes everything there is, oldest generation first, to be written; it can still be read until `written`. */
  take(): readonly Batch[] {
    this.#taken = this.#current.size > 0 ? [...this.#ended, { generation: this.#generation, clusters: this.#current }] : this.#ended;
    this.#ended = [];
    this.#current = new Map();
    this.#takenBytes = this.#bytes;
    this.#bytes = 0;
    return this.#taken;
  }

  /** What was taken is in the file. */
  written(): void {
    this.#taken = [];
    this.#takenBytes = 0;
  }
}
