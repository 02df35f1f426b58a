/**
 * The bin of machines: what is in it with what it takes up, and emptying it. The library forgets a machine in one
 * transaction; its bytes are rubbish from then on and go behind, by this program or at the next start of one.
 */
import type { BinnedMachine, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { overlayBytes, overlayFile } from '../disks/heads.ts';
import type { Purged } from '../library/machine-purge.ts';
import { inUnits } from '../storage/free-space.ts';
import { discardHeads } from '../heads/head-keeping.ts';
import { headOwner, ownerOf, type Report } from '../jobs/job.ts';
import type { Timelines } from '../snapshots/timelines.ts';

/** What belongs to machines: ids of snapshots, deleted ones too, and of heads. */
type Belongings = Pick<Purged, 'snapshots' | 'heads'>;

export class MachineBin {
  readonly #timelines: Timelines;
  readonly #statuses: () => Promise<readonly MachineStatus[]>;

  /** @param statuses the machines in the bin, as they would come back */
  constructor(timelines: Timelines, statuses: () => Promise<readonly MachineStatus[]>) {
    this.#timelines = timelines;
    this.#statuses = statuses;
  }

  async list(): Promise<readonly BinnedMachine[]> {
    const { library } = this.#timelines.parts;
    const statuses = new Map((await this.#statuses()).map((status) => [status.id, status]));
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
          belongings: {
            snapshots: records.map((record) => record.id),
            heads: heads.filter(({ machine }) => machine === id).map((head) => head.id),
          },
        };
      }),
    );
    const freed = await this.#freedBy(new Map(found.map(({ id, belongings }) => [id, belongings])));
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
    await this.#timelines.recovered();
    for (const id of ids) await this.#timelines.of(id).settled();
    const { library, tasks } = this.#timelines.parts;
    const purged = await library.machines.purge(ids);
    for (const id of ids) this.#timelines.forget(id);
    const [name] = purged.names;
    const title = purged.names.length === 1 ? `Permanently deleting "${name}"` : `Permanently deleting ${purged.names.length} machines`;
    const task = tasks.begin(
      title,
      (progress) => this.#giveBack(purged, progress),
      (words) => words,
    );
    return { task: task.id };
  }

  /** @returns what a person is to know of it */
  async #giveBack(gone: Belongings, progress: Report): Promise<string> {
    const { parts, usage } = this.#timelines;
    progress({ message: 'freeing space' });
    const freed = (await this.#freedBy(new Map([['all', gone]]))).get('all') ?? 0;
    await discardHeads(parts, gone.heads);
    if (gone.snapshots.length > 0) await parts.storage.run('dropOwners', { owners: gone.snapshots.map(ownerOf) });
    if (gone.snapshots.length + gone.heads.length === 0) return 'it had no stored data';
    const { blockedBy } = await parts.storage.run('collect', undefined);
    usage.touched();
    if (blockedBy.length === 0) return `${inUnits(freed)} freed`;
    return 'its space is freed when the damaged data in the library is deleted: check the library to find it';
  }

  /** Bytes on the host, in overlays and in the store, that would return with each, by its key. */
  async #freedBy<K extends string>(all: ReadonlyMap<K, Belongings>): Promise<Map<K, number>> {
    const { library, storage } = this.#timelines.parts;
    const freed = new Map<K, number>();
    for (const [key, { heads }] of all) {
      const sizes = await Promise.all(heads.map((head) => overlayBytes(overlayFile(library.home.folder, head))));
      freed.set(
        key,
        sizes.reduce((sum, bytes) => sum + bytes, 0),
      );
    }
    const groups = Object.fromEntries(
      [...all].map(([key, { snapshots, heads }]) => [key, [...snapshots.map(ownerOf), ...heads.map(headOwner)]]),
    );
    if (Object.values(groups).every((owners) => owners.length === 0)) return freed;
    const stored = await storage.run('freedBy', { groups });
    for (const key of all.keys()) freed.set(key, (freed.get(key) ?? 0) + (stored.get(key) ?? 0));
    return freed;
  }
}
