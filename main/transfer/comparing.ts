/** What two snapshots of a machine differ in, or one and the present. */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotDiff, SnapshotId } from '../../preload/contract/snapshots.ts';
import { compareDefinitions } from '../compare/compare-definitions.ts';
import type { ComparedState } from '../compare/compare-snapshots.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import type { Timelines } from '../snapshots/timelines.ts';
import { ownerOf } from '../storage/owners.ts';
import { definedAs } from '../taking/records.ts';
import type { CarryingStorage } from './carrying-jobs.ts';
import { presentSnapshot } from './present-snapshot.ts';

const stateOf = ({ id, hasMemory, disks, definition }: NewSnapshotRecord): ComparedState => ({
  owner: ownerOf(id),
  hasMemory,
  // Not those that had been removed from the machine.
  disks: disks.filter(({ slot }) => slot < definition.disks.length),
});

/** @returns compares two snapshots; `to` null: the present */
export function comparing(timelines: Timelines, storage: CarryingStorage) {
  const { library, machine: machineOf } = timelines.parts;

  async function diff(from: SnapshotId, to: SnapshotId | null): Promise<SnapshotDiff> {
    const before = await timelines.stored(from);
    if (before.machine === null) throw new ContractError('snapshot-gone');
    const other = to === null ? undefined : await timelines.stored(to);
    for (const { name, state, reason } of other ? [before, other] : [])
      if (state === 'storing') throw new ContractError('snapshot-unusable', { name, why: reason ?? faultWith('being-stored') });
    const now = machineOf(before.machine).record.definition;
    const hardware = compareDefinitions(definedAs(before), other ? definedAs(other) : now);
    const after = other ? { state: stateOf(other), undo: async () => undefined } : await comparedPresent(before.machine);
    try {
      return { from, to, ...(await storage.run.compareSnapshots({ from: stateOf(before), to: after.state })), hardware };
    } finally {
      await after.undo();
    }
  }

  /** The present as what a snapshot is compared with. */
  async function comparedPresent(machine: MachineId): Promise<{ readonly state: ComparedState; undo(): Promise<void> }> {
    const { life, record } = machineOf(machine);
    const nothing = async () => undefined;
    const { parent, suspended } = await library.timeline.present(machine);
    if (suspended && parent !== null) return { state: stateOf(await library.snapshots.get(parent)), undo: nothing };
    if (!life.isActive && !record.definition.disks.some(({ id }) => id !== undefined))
      return { state: { owner: `present:${machine}`, hasMemory: false, disks: [] }, undo: nothing };
    const { record: taken, undo } = await presentSnapshot(timelines, machine);
    return { state: stateOf(taken), undo };
  }

  return diff;
}
