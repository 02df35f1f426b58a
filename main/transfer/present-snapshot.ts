/** A machine's present as a snapshot that nobody sees, made to be read and removed. */
import type { MachineId } from '../../preload/contract/machines.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import type { Timelines } from '../snapshots/timelines.ts';

export interface PresentSnapshot {
  readonly record: NewSnapshotRecord;
  /** Removes what was only made for this. */
  undo(): Promise<void>;
}

/** The present as a finished snapshot. @throws ContractError when there is nothing to take */
export async function presentSnapshot(timelines: Timelines, machine: MachineId): Promise<PresentSnapshot> {
  const { record, stored } = await timelines.take(machine, { kind: 'manual', name: 'as it was exported', hidden: true });
  await stored;
  return { record, undo: () => timelines.bin.purge([record.id]) };
}
