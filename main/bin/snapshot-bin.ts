/** Deleted snapshots: for a minute they can be had back, then they go and their space returns. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { ownerOf } from '../storage/owners.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';
import type { Library } from '../library/library.ts';

/** How long a deleted snapshot can be had back, in milliseconds. */
const KEPT_FOR = 60_000;
/** Collections are this far apart at least, in milliseconds: each looks through the store. */
const COLLECT_EVERY = 15_000;
const COLLECT_AFTER = 500;

export interface SnapshotBinParts {
  readonly library: Pick<Library, 'snapshots' | 'timeline'>;
  readonly storage: Pick<Storage<KeepingJobs>, 'run'>;
}

/** Who else has to do with snapshots. */
export interface BinUse {
  /** A snapshot's bytes are being read, or built upon. */
  uses(id: SnapshotId): boolean;
  forget(id: SnapshotId): void;
  purged(): void;
}

export class SnapshotBin {
  readonly #parts: SnapshotBinParts;
  readonly #use: BinUse;
  readonly #timers = new Map<SnapshotId, NodeJS.Timeout>();
  #collecting: NodeJS.Timeout | undefined;
  /** By `performance.now()`. */
  #collectedAt = -COLLECT_EVERY;

  constructor(parts: SnapshotBinParts, use: BinUse) {
    this.#parts = parts;
    this.#use = use;
  }

  /** Takes up what an earlier run of the program deleted. */
  async load(): Promise<void> {
    for (const { id, deletedAt } of await this.#parts.library.snapshots.list()) if (deletedAt !== undefined) this.#schedule(id, deletedAt);
  }

  async put(ids: readonly SnapshotId[]): Promise<void> {
    const at = Date.now();
    await this.#parts.library.snapshots.delete(ids, at);
    for (const id of ids) this.#schedule(id, at);
  }

  /** @returns their machines @throws ContractError `missing` for one that is gone */
  async take(ids: readonly SnapshotId[]): Promise<readonly MachineId[]> {
    const { snapshots } = this.#parts.library;
    const there = new Map((await snapshots.list()).map((record) => [record.id, record]));
    for (const id of ids) {
      const record = there.get(id);
      if (!record) throw new ContractError('snapshot-deleted');
    }
    await snapshots.undelete(ids);
    for (const id of ids) {
      clearTimeout(this.#timers.get(id));
      this.#timers.delete(id);
    }
    return [...new Set(ids.flatMap((id) => there.get(id)?.machine ?? []))];
  }

  /** Removes snapshots for good; those in use a little later. */
  async purge(ids: readonly SnapshotId[]): Promise<void> {
    const { library, storage } = this.#parts;
    const free = ids.filter((id) => !this.#use.uses(id));
    for (const id of ids) if (!free.includes(id)) this.#schedule(id, Date.now());
    if (free.length === 0) return;
    for (const id of free) this.#use.forget(id);
    await library.timeline.apply({ remove: free });
    await storage.run.dropOwners({ owners: free.map(ownerOf) });
    this.collectSoon();
    this.#use.purged();
  }

  /** Gives space back, a little later; what is removed meanwhile goes with it. */
  collectSoon(): void {
    const delay = Math.max(COLLECT_AFTER, this.#collectedAt + COLLECT_EVERY - performance.now());
    this.#collecting ??= setTimeout(() => {
      this.#collecting = undefined;
      this.#collectedAt = performance.now();
      void this.#parts.storage.run.collect().then(
        () => this.#use.purged(),
        () => undefined,
      );
    }, delay).unref();
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#collecting);
  }

  #schedule(id: SnapshotId, deletedAt: number): void {
    clearTimeout(this.#timers.get(id));
    const purge = () => {
      this.#timers.delete(id);
      // It stays deleted; the next start of the program tries again.
      this.purge([id]).catch(() => undefined);
    };
    this.#timers.set(id, setTimeout(purge, Math.max(0, Math.min(KEPT_FOR, deletedAt + KEPT_FOR - Date.now()))).unref());
  }
}
