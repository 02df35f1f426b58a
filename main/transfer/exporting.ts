/** A machine with its timeline into a file. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { DiskDefinition, MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { ExportResult } from '../../preload/contract/tasks.ts';
import type { ArchivedMachine } from '../archive/archived-machine.ts';
import { refuseTarget } from '../archive/record-writer.ts';
import type { Report } from '../jobs/job.ts';
import type { NewSnapshotRecord, SnapshotRecord } from '../library/snapshot-records.ts';
import type { Timelines } from '../snapshots/timelines.ts';
import { livingParent } from '../taking/records.ts';
import type { CarryingStorage } from './carrying-jobs.ts';
import { presentSnapshot, type PresentSnapshot } from './present-snapshot.ts';

/**
 * @param program `Vivarium 0.1.0`
 * @returns begins the export of a machine as a task
 */
export function exporting(timelines: Timelines, storage: CarryingStorage, program: string) {
  const { library, tasks, machine: machineOf } = timelines.parts;

  /** What has not been kept yet, so that the file holds the machine as it is now; `undefined` where there is nothing more. */
  async function unkept(machine: MachineId, { disks }: MachineDefinition): Promise<PresentSnapshot | undefined> {
    const { life } = machineOf(machine);
    const isActive = life.state === 'running' || life.state === 'paused';
    // A disk of a machine that was never started has content too: its base's, or what was brought in.
    const hasContent = disks.some(({ id }) => id !== undefined);
    const { suspended } = await library.timeline.present(machine);
    return suspended || (!isActive && !hasContent) ? undefined : presentSnapshot(timelines, machine);
  }

  /**
   * Waits for the snapshots that are being stored.
   * @returns the snapshots that the file is to have; those taken meanwhile are not among them
   */
  async function storedOf(machine: MachineId, progress: Report, signal: AbortSignal): Promise<ReadonlySet<SnapshotId>> {
    const cancelled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const all = (await library.snapshots.list(machine)).filter(({ deletedAt }) => deletedAt === undefined);
    for (const { id, name, state } of all) {
      if (state !== 'storing') continue;
      progress({ message: faultWith('step-waits-stored', { name }) });
      await Promise.race([timelines.of(machine).storing.settled(id), cancelled]);
      signal.throwIfAborted();
    }
    return new Set(all.map(({ id }) => id));
  }

  /**
   * @param definition as it was before `present` was taken
   * @param wanted the snapshots that are to be in it
   * @param present made for this, and in no timeline
   */
  async function archived(
    machine: MachineId,
    definition: MachineDefinition,
    wanted: ReadonlySet<SnapshotId>,
    present: NewSnapshotRecord | undefined,
  ) {
    const { record, life } = machineOf(machine);
    const all = await library.snapshots.list(machine);
    const isIn = ({ id, deletedAt, state }: SnapshotRecord) =>
      id === present?.id || (deletedAt === undefined && state === 'ready' && wanted.has(id));
    // What came after one that is left out comes after its parent.
    const byId = new Map(all.map((snapshot) => [snapshot.id, isIn(snapshot) ? snapshot : { ...snapshot, deletedAt: 0 }]));
    const { parent, suspended } = await library.timeline.present(machine);
    const snapshots = all.filter(isIn).map((snapshot) => {
      const { machine: _machine, bootedKey, ownBytes, sharedBytes, unfinished, deletedAt, state, reason, sequence, ...kept } = snapshot;
      return { ...kept, parent: livingParent(kept.parent, byId) };
    });
    const from = present ? present.id : livingParent(parent, byId);
    const held = snapshots.find(({ id }) => id === from)?.disks.map(({ disk }) => disk) ?? [];
    const heads = (await library.heads.present(machine)).map(({ disk }) => disk);
    // One that was added while the machine runs has content that no snapshot point of it has; without any it is just an empty disk.
    const hasNoContent = (disk: DiskDefinition) => disk.path === undefined && !heads.includes(disk.id as string);
    const comesAlong = (disk: DiskDefinition) => disk.id === undefined || held.includes(disk.id) || hasNoContent(disk);
    const isThere = snapshots.some(({ id }) => id === from);
    // A running machine goes on from its memory elsewhere too.
    const withMemory = suspended || life.state === 'running' || life.state === 'paused';
    const what: ArchivedMachine = {
      definition: { ...definition, disks: definition.disks.filter(comesAlong) },
      createdAt: record.createdAt,
      present: { parent: isThere ? from : null, suspended: isThere && withMemory },
      snapshots,
    };
    const leftOut = all.filter(({ id, deletedAt, state }) => wanted.has(id) && deletedAt === undefined && state !== 'ready');
    const result: ExportResult = {
      snapshots: leftOut.map(({ name, state, reason }) => ({ name, damaged: state === 'damaged', reason })),
      disks: definition.disks.flatMap((disk, slot) => (comesAlong(disk) ? [] : [slot])),
    };
    return { what, result };
  }

  return (machine: MachineId, file: string): { readonly task: string } => {
    const { name } = machineOf(machine).record.definition;
    const work = async (progress: Report, signal: AbortSignal) => {
      await refuseTarget(file);
      await timelines.recovered();
      const wanted = await storedOf(machine, progress, signal);
      progress({ message: faultWith('step-keeping-present') });
      // Taken before its disks are: one that is brought in meanwhile is not in the file, instead of being there empty.
      const { definition } = machineOf(machine).record;
      const present = await unkept(machine, definition);
      try {
        const { what, result } = await archived(machine, definition, wanted, present?.record);
        const args = { file, machine: what, library: library.home.library, withBases: true, program, date: Date.now() };
        await storage.run.exportMachine(args, { progress, signal });
        return result;
      } finally {
        await present?.undo();
      }
    };
    return { task: tasks.begin('export-machine', { machine, name, path: file }, work, (result) => result).id };
  };
}
