/**
 * Gives room in the overlay file back: removes rows that are settled or superseded, and writes anew what still counts
 * where little does. Small steps, in the background, never touching what a snapshot that is being stored has still to read.
 */
import type { DiskOwner } from '../../emulator/index.ts';
import type { ClusterIndex } from './cluster-index.ts';
import { clusterOf } from './overlay-rows.ts';
import type { OverlayStore } from './overlay-store.ts';
import type { PendingWrites } from './pending-writes.ts';
import { GROUP_PLACES, type RowGroups } from './row-groups.ts';
import type { WriteBack } from './write-back.ts';

/** Superseded rows that may stay, 64 MiB, and at most as many as those that count. */
const DEAD_ROWS = 16_384;
/** Groups cleaned at a time. */
const GROUPS_AT_ONCE = 16;
/** Between two steps, in milliseconds, so that the guest's own commits go first. */
const STEP_PAUSE = 20;

interface Parts {
  readonly store: OverlayStore;
  readonly groups: RowGroups;
  readonly index: ClusterIndex;
  readonly pending: PendingWrites;
  readonly writeBack: WriteBack;
  readonly owner: DiskOwner;
  /** Places before this one were there when the disk was opened. */
  readonly from: number;
}

export class OverlayCleaner {
  readonly #parts: Parts;
  /** Generation that a snapshot may still have to read. */
  #protected = 0;
  /** Rows before this place are settled and wait to be removed. */
  #settledPlace = 0;
  #removedPlace = 0;
  #vacuum = false;
  #running: Promise<void> | undefined;
  /** Readers that nothing may be taken from. */
  #holds = 0;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A snapshot point was taken: rows up to this generation stay until they are settled. */
  protect(generation: number): void {
    this.#protected = generation;
  }

  /** Rows up to `last` are settled, and with them all of a generation. */
  settled(generation: number, last: number): void {
    if (generation >= this.#protected) this.#protected = 0;
    this.#parts.groups.forgetBelow(last + 1);
    this.removeSettled(last);
  }

  /** Removes the rows up to a place, in the background. */
  removeSettled(last: number): void {
    this.#settledPlace = Math.max(this.#settledPlace, last);
    this.#start();
  }

  /** Rows were added. */
  wrote(): void {
    if (this.#wantsCleaning()) this.#start();
  }

  /** Removes nothing until `release`, once for each. */
  hold(): void {
    this.#holds++;
  }
  release(): void {
    this.#holds = Math.max(0, this.#holds - 1);
    this.#start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #wantsCleaning(): boolean {
    const { groups } = this.#parts;
    return this.#protected === 0 && this.#holds === 0 && groups.dead > Math.max(DEAD_ROWS, groups.live);
  }

  #start(): void {
    if (this.#stopped) return;
    this.#running ??= this.#run()
      .catch((error: unknown) => this.#parts.owner.log(`tidying ${this.#parts.store.file} failed: ${(error as Error).message}`))
      .finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, STEP_PAUSE));
      if (this.#holds > 0) return;
      if (this.#removedPlace < this.#settledPlace) await this.#removeSome();
      else if (this.#wantsCleaning()) await this.#clean();
      else if (this.#vacuum) this.#vacuum = await this.#parts.writeBack.inTurn(() => this.#parts.store.vacuum());
      else return;
    }
  }

  async #removeSome(): Promise<void> {
    const { store, writeBack } = this.#parts;
    const [row] = await store.database.all('SELECT min(place) AS first FROM clusters');
    const first = row?.['first'];
    if (typeof first !== 'number' || first > this.#settledPlace) {
      this.#removedPlace = this.#settledPlace;
      this.#vacuum = true;
      return;
    }
    await writeBack.inTurn(() => store.remove(first, Math.min(first + GROUPS_AT_ONCE * GROUP_PLACES, this.#settledPlace + 1)));
  }

  async #clean(): Promise<void> {
    const { groups, store, writeBack } = this.#parts;
    const end = writeBack.nextPlace;
    const unused = groups.unused(this.#settledPlace + 1, end).slice(0, GROUPS_AT_ONCE);
    for (const key of unused) {
      if (this.#protected > 0 || this.#holds > 0) return;
      await writeBack.inTurn(() => store.remove(key * GROUP_PLACES, (key + 1) * GROUP_PLACES));
      groups.forget(key);
    }
    this.#vacuum ||= unused.length > 0;
    if (unused.length > 0 || !this.#wantsCleaning()) return;
    const sparse = groups.sparse(this.#settledPlace + 1, end, GROUPS_AT_ONCE);
    if (sparse.length === 0) {
      // What is dead lies in groups at the edges; it goes when they are complete.
      await new Promise((resolve) => setTimeout(resolve, STEP_PAUSE * 50));
      return;
    }
    for (const key of sparse) await this.#move(key);
    await writeBack.flush();
  }

  /** Writes what still counts of a group once more; when that is in the file, nothing of the group counts. */
  async #move(key: number): Promise<void> {
    const { store, index, pending } = this.#parts;
    const first = key * GROUP_PLACES;
    const rows = await store.database.all(
      'SELECT place, cluster, count, bytes FROM clusters WHERE place >= ? AND place < ?',
      first,
      first + GROUP_PLACES,
    );
    for (const row of rows) {
      const [place, cluster, count] = [Number(row['place']), Number(row['cluster']), Number(row['count'])];
      if (count === 0) {
        if (index.get(cluster) !== place || pending.get(cluster) !== undefined) continue;
        pending.put(cluster, clusterOf(store.file, cluster, row['bytes'] as Uint8Array));
      } else
        for (let at = 0; at < count; at++)
          if (index.get(cluster + at) === -place && pending.get(cluster + at) === undefined) pending.zero(cluster + at);
    }
  }
}
