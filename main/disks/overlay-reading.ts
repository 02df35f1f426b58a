/** Where a disk's bytes are now, and reading them: memory, overlay file, store, base. */
import { RecentlyUsed } from '../../emulator/structures/recently-used.ts';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import { CLUSTER_BYTES, SEGMENT_CLUSTERS } from './cluster.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { clusterOf, isWhole, damagedCluster } from './overlay-rows.ts';
import type { OverlayStore } from './overlay-store.ts';
import type { PendingWrites } from './pending-writes.ts';
import type { SettledContent } from './settled-content.ts';

/** Clusters read ahead of a guest that reads in order. */
const AHEAD = 64;
/** Rows and chunks kept, 16 MiB each: asking SQLite takes ten times as long as the rest of a request. */
const KEPT = 4096;
const DONE = Promise.resolve();
/** How often a cluster that moves while it is read is looked for again. */
const LOOKUPS = 20;

interface Parts {
  readonly store: OverlayStore;
  readonly settled: SettledContent | undefined;
  readonly base: DiskImage | undefined;
  readonly index: ClusterIndex;
  readonly pending: PendingWrites;
}

/** A cluster that is not in memory, where it is, and where its bytes go. */
interface Wanted {
  readonly cluster: number;
  readonly at: number;
  readonly inside: number;
  readonly into: Uint8Array;
}

export class OverlayReading {
  readonly #parts: Parts;
  readonly #rows = new RecentlyUsed<number, Uint8Array>(KEPT);
  readonly #chunks = new RecentlyUsed<number, Uint8Array>(KEPT);
  #nextCluster = -1;
  readonly #under = new Set<Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Fills `into` from `offset`. @throws ContractError, DiskImageError */
  read(offset: number, into: Uint8Array): Promise<void> {
    if (this.#fromMemory(offset, into)) return DONE;
    const work = this.#read(offset, into, LOOKUPS);
    this.#under.add(work);
    return work.finally(() => this.#under.delete(work));
  }

  /** Bytes of a row that was just written: the guest is likely to read them back. */
  keep(place: number, bytes: Uint8Array): void {
    this.#rows.put(place, bytes);
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.allSettled(this.#under);
  }

  /**
   * Changes a part of a cluster. Nothing can come between its bytes as they are and `change`, which puts them back.
   */
  async change(cluster: number, change: (whole: Uint8Array) => void): Promise<void> {
    const { pending, index, settled } = this.#parts;
    const bytes = new Uint8Array(CLUSTER_BYTES);
    for (;;) {
      const known = pending.get(cluster);
      if (known !== undefined) {
        if (known) bytes.set(known);
        else bytes.fill(0);
        break;
      }
      const [place, epoch] = [index.get(cluster), settled?.epoch];
      await this.read(cluster * CLUSTER_BYTES, bytes);
      // Somebody may have written it, and it may have been settled, meanwhile.
      if (pending.get(cluster) === undefined && index.get(cluster) === place && settled?.epoch === epoch) break;
    }
    change(bytes);
    pending.put(cluster, bytes);
  }

  /** From a cluster on, how many can only be zeros as nothing is known of their whole segment; 0 where that is not so. */
  emptyFrom(cluster: number): number {
    const { pending, index, settled, base } = this.#parts;
    const segment = Math.floor(cluster / SEGMENT_CLUSTERS);
    const [first, end] = [segment * SEGMENT_CLUSTERS, (segment + 1) * SEGMENT_CLUSTERS];
    const isKnown = index.has(segment) || settled?.has(segment) || pending.mayTouch(first, end);
    const isEmpty = !isKnown && (base?.sizeBytes ?? 0) <= first * CLUSTER_BYTES;
    return isEmpty ? end - cluster : 0;
  }

  /** Whether a cluster can be anything but zeros. */
  mayHoldSomething(cluster: number): boolean {
    const { pending, index, settled, base } = this.#parts;
    const known = pending.get(cluster);
    if (known !== undefined) return known !== null;
    const place = index.get(cluster);
    if (place !== 0) return place > 0;
    const stored = settled?.get(cluster);
    if (stored !== undefined) return stored !== 'zeros';
    return base !== undefined && cluster * CLUSTER_BYTES < base.sizeBytes;
  }

  /** Reads without waiting. @returns false where something is not in memory; `into` may be partly filled then */
  #fromMemory(offset: number, into: Uint8Array): boolean {
    const { pending } = this.#parts;
    for (let done = 0; done < into.length;) {
      const cluster = Math.floor((offset + done) / CLUSTER_BYTES);
      const inside = (offset + done) % CLUSTER_BYTES;
      const length = Math.min(CLUSTER_BYTES - inside, into.length - done);
      const place = this.#place(cluster);
      if (place === 'zeros') into.fill(0, done, done + length);
      else {
        if (place === undefined) return false;
        const bytes = place === 'memory' ? pending.get(cluster) : (place.in === 'rows' ? this.#rows : this.#chunks).get(place.at);
        if (!bytes) return false;
        into.set(length === CLUSTER_BYTES ? bytes : bytes.subarray(inside, inside + length), done);
      }
      done += length;
    }
    this.#nextCluster = Math.floor((offset + into.length) / CLUSTER_BYTES);
    return true;
  }

  async #read(offset: number, into: Uint8Array, lookups: number): Promise<void> {
    const { pending, settled } = this.#parts;
    const rows: Wanted[] = [];
    const chunks: Wanted[] = [];
    const work: Promise<void>[] = [];
    let baseFrom = -1;
    const flushBase = (end: number) => {
      if (baseFrom >= 0) work.push(this.#readBase(offset + baseFrom, into.subarray(baseFrom, end)));
      baseFrom = -1;
    };
    for (let done = 0; done < into.length;) {
      const cluster = Math.floor((offset + done) / CLUSTER_BYTES);
      const inside = (offset + done) % CLUSTER_BYTES;
      const length = Math.min(CLUSTER_BYTES - inside, into.length - done);
      const place = this.#place(cluster);
      if (place === undefined) baseFrom = baseFrom < 0 ? done : baseFrom;
      else {
        flushBase(done);
        const part = into.subarray(done, done + length);
        if (place === 'zeros') part.fill(0);
        else if (place === 'memory') part.set((pending.get(cluster) as Uint8Array).subarray(inside, inside + length));
        else if (place.in === 'rows') rows.push({ cluster, at: place.at, inside, into: part });
        else chunks.push({ cluster, at: place.at, inside, into: part });
      }
      done += length;
    }
    flushBase(into.length);
    const ordered = Math.floor(offset / CLUSTER_BYTES) === this.#nextCluster;
    this.#nextCluster = Math.floor((offset + into.length) / CLUSTER_BYTES);
    if (rows.length > 0) work.push(this.#readRows(rows, ordered, lookups));
    if (chunks.length > 0 && settled) work.push(this.#readChunks(settled, chunks, lookups));
    if (work.length > 0) await (work.length === 1 ? work[0] : Promise.all(work));
  }

  #place(cluster: number): 'memory' | 'zeros' | undefined | { readonly in: 'rows' | 'chunks'; readonly at: number } {
    const { pending, index, settled } = this.#parts;
    const known = pending.get(cluster);
    if (known !== undefined) return known === null ? 'zeros' : 'memory';
    const at = index.get(cluster);
    if (at !== 0) return at < 0 ? 'zeros' : { in: 'rows', at };
    const stored = settled?.get(cluster);
    return typeof stored === 'number' ? { in: 'chunks', at: stored } : stored;
  }

  async #readRows(wanted: readonly Wanted[], ordered: boolean, lookups: number): Promise<void> {
    const { store } = this.#parts;
    const missing: Wanted[] = [];
    for (const one of wanted) {
      const kept = this.#rows.get(one.at);
      if (kept) one.into.set(kept.subarray(one.inside, one.inside + one.into.length));
      else missing.push(one);
    }
    if (missing.length === 0) return;
    const places = missing.map(({ at }) => at).sort((a, b) => a - b);
    const last = wanted.at(-1)!;
    const ahead = ordered ? this.#ahead(last, places) : 0;
    const rows = await store.read(places);
    for (const one of missing) {
      const row = rows.get(one.at);
      if (row) {
        const bytes = clusterOf(store.file, one.cluster, row);
        one.into.set(bytes.subarray(one.inside, one.inside + one.into.length));
        this.#rows.put(one.at, bytes);
      } else await this.#again(one, lookups, () => damagedCluster(store.file, one.cluster, 'missing'));
    }
    for (let next = 1; next <= ahead; next++) {
      const row = rows.get(last.at + next);
      // Nobody asked for these: one that is damaged is for whoever does.
      if (row && isWhole(last.cluster + next, row)) this.#rows.put(last.at + next, row.subarray(0, CLUSTER_BYTES));
    }
  }

  /** Adds the places that follow, where the next clusters lie in a row. @returns how many */
  #ahead({ cluster, at }: Wanted, places: number[]): number {
    const { index } = this.#parts;
    if (places.at(-1) !== at) return 0;
    let count = 0;
    while (count < AHEAD && index.get(cluster + count + 1) === at + count + 1) places.push(at + ++count);
    return count;
  }

  async #readChunks(settled: SettledContent, wanted: readonly Wanted[], lookups: number): Promise<void> {
    let chunks: readonly Uint8Array[] = [];
    try {
      chunks = await settled.read(wanted.map(({ at }) => at));
    } catch (error) {
      // Content that has just been settled anew, or rows written since, may have taken the chunks' place.
      for (const one of wanted) await this.#again(one, lookups, () => error);
      return;
    }
    wanted.forEach(({ into, inside, at }, index) => {
      const bytes = chunks[index]!;
      this.#chunks.put(at, bytes);
      into.set(bytes.subarray(inside, inside + into.length));
    });
  }

  /** Looks again where a cluster is: it was written or settled while it was read. */
  async #again({ cluster, at, inside, into }: Wanted, lookups: number, failure: () => unknown): Promise<void> {
    const place = this.#place(cluster);
    const same = typeof place === 'object' && place.at === at;
    if (same || lookups === 0) throw failure();
    await this.#read(cluster * CLUSTER_BYTES + inside, into, lookups - 1);
  }

  async #readBase(offset: number, into: Uint8Array): Promise<void> {
    const { base } = this.#parts;
    const length = base ? Math.max(0, Math.min(into.length, base.sizeBytes - offset)) : 0;
    if (length > 0) await base?.read(offset, into.subarray(0, length));
    into.fill(0, length);
  }
}
