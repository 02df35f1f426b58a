/** What snapshots take up: measured in the background, a little after something changed, and written to their rows. */
import { turns } from '../../emulator/structures/in-turn.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Library } from '../library/library.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import { ownerOf } from '../storage/owners.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';

/** Changes within this time are measured together, in milliseconds. */
const DELAY = 400;

/** How long an answer waits for the first measuring, in milliseconds. */
const PATIENCE = 500;

export interface UsageParts {
  readonly library: Pick<Library, 'snapshots'>;
  readonly storage: Pick<Storage<KeepingJobs>, 'run'>;
  /** Sizes of these are others now. */
  changed(machine: MachineId, ids: readonly SnapshotId[]): void;
}

export class UsageKeeping {
  readonly #parts: UsageParts;
  #totals: Readonly<Record<string, number>> = {};
  #timer: NodeJS.Timeout | undefined;
  readonly #inTurn = turns();
  #known = false;

  constructor(parts: UsageParts) {
    this.#parts = parts;
  }

  /** Something was stored or removed. */
  touched(): void {
    this.#timer ??= setTimeout(() => void this.measure().catch(() => undefined), DELAY).unref();
  }
  /**
   * What all snapshots of a machine take up together.
   * @param records the machine's, from whose sizes it is estimated while the first measuring takes long
   */
  async total(machine: MachineId, records: readonly SnapshotRecord[]): Promise<number> {
    if (!this.#known) {
      const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
      await Promise.race([this.measure(), patience]);
    }
    if (this.#known) return this.#totals[machine] ?? 0;
    const own = records.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
    return own + Math.max(0, ...records.map(({ sharedBytes }) => sharedBytes));
  }
  close(): void {
    clearTimeout(this.#timer);
  }

  /** Measures now. @throws ContractError */
  measure(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#inTurn(() => this.#measure());
  }

  async #measure(): Promise<void> {
    const { library, storage, changed } = this.#parts;
    const records = await library.snapshots.list();
    const groups: Record<string, string[]> = {};
    for (const { id, machine, deletedAt } of records) if (machine && deletedAt === undefined) (groups[machine] ??= []).push(ownerOf(id));
    if (records.length === 0) {
      this.#totals = {};
      this.#known = true;
      return;
    }
    const usage = await storage.run.usage({ groups });
    this.#totals = Object.fromEntries(usage.groups);
    this.#known = true;
    const others = new Map<SnapshotId, { own: number; shared: number }>();
    const machines = new Map<MachineId, SnapshotId[]>();
    for (const { id, machine, ownBytes, sharedBytes } of records) {
      const sizes = usage.owners.get(ownerOf(id));
      if (!sizes || (sizes.own === ownBytes && sizes.shared === sharedBytes)) continue;
      others.set(id, sizes);
      if (machine) machines.set(machine, [...(machines.get(machine) ?? []), id]);
    }
    if (others.size === 0) return;
    await library.snapshots.setSizes(others);
    for (const [machine, ids] of machines) changed(machine, ids);
  }
}
