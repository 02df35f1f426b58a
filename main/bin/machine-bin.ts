/**
 * The bin of machines: what is in it with what it takes up, and emptying it. The library forgets a machine in one
 * transaction; its bytes are rubbish from then on and go in the background, by this program or at the next start of one.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { PurgeResult } from '../../preload/contract/tasks.ts';
import type { BinnedMachine, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { discardHeads } from '../heads/head-keeping.ts';
import type { Report } from '../jobs/job.ts';
import { ownerOf } from '../storage/owners.ts';
import type { HeadParts } from '../heads/head-keeping.ts';
import type { Library } from '../library/library.ts';
import type { TaskList } from '../tasks/task-list.ts';
import { belongingsOf, freedBy, type Belongings } from './belongings.ts';

export interface MachineBinParts extends Pick<HeadParts, 'storage'> {
  readonly library: Library;
  readonly tasks: TaskList;
  /** The machines in the bin, as they would come back. */
  statuses(): Promise<readonly MachineStatus[]>;
  /** Resolves when what an ended program left is in order. */
  recovered(): Promise<unknown>;
  /** Resolves when everything that was taken of a machine is stored. */
  settled(machine: MachineId): Promise<void>;
  /** A machine is gone for good. */
  forget(machine: MachineId): void;
  /** Something was removed from the store. */
  removed(): void;
}

export class MachineBin {
  readonly #parts: MachineBinParts;

  constructor(parts: MachineBinParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly BinnedMachine[]> {
    const { library } = this.#parts;
    const statuses = new Map((await this.#parts.statuses()).map((status) => [status.id, status]));
    const heads = await library.heads.list();
    const found = await Promise.all(
      (await library.machines.bin()).map(async ({ id, deletedAt = 0 }) => {
        const records = await library.snapshots.list(id);
        const snapshots = records.filter((record) => record.deletedAt === undefined);
        return {
          id,
          deletedAt,
          snapshots: snapshots.length,
          protectedSnapshots: snapshots.filter((record) => record.protected).map(({ name }) => name),
          belongings: belongingsOf(id, records, heads),
        };
      }),
    );
    const freed = await freedBy(this.#parts, new Map(found.map(({ id, belongings }) => [id, belongings])));
    return found.flatMap(({ id, belongings: _belongings, ...facts }) => {
      const status = statuses.get(id);
      return status ? [{ ...status, ...facts, freedBytes: freed.get(id) ?? 0 }] : [];
    });
  }

  /**
   * Deletes machines of the bin for good, all or none; the task gives their space back.
   * @throws ContractError `conflict` for one that is in use, and one with protected snapshots
   */
  async purge(ids: readonly MachineId[]): Promise<{ readonly task: string }> {
    await this.#parts.recovered();
    for (const id of ids) await this.#parts.settled(id);
    const { library, tasks } = this.#parts;
    const purged = await library.machines.purge(ids);
    for (const id of ids) this.#parts.forget(id);
    const task = tasks.begin(
      'purge',
      { names: purged.names },
      (progress) => this.#giveBack(purged, progress),
      (result) => result,
    );
    return { task: task.id };
  }

  async #giveBack(gone: Belongings, progress: Report): Promise<PurgeResult> {
    const { storage } = this.#parts;
    progress({ message: faultWith('step-freeing') });
    const freed = (await freedBy(this.#parts, new Map([['all', gone]]))).get('all') ?? 0;
    await discardHeads(this.#parts, gone.heads);
    if (gone.snapshots.length > 0) await storage.run.dropOwners({ owners: gone.snapshots.map(ownerOf) });
    if (gone.snapshots.length + gone.heads.length === 0) return { freedBytes: 0, space: 'nothing' };
    const { blockedBy } = await storage.run.collect();
    this.#parts.removed();
    return blockedBy.length === 0 ? { freedBytes: freed, space: 'freed' } : { freedBytes: 0, space: 'held' };
  }
}
