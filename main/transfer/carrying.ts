/** Comparing instants, and carrying machines with their timelines to other libraries and back. */
import { join } from 'node:path';
import { ContractError } from '../../preload/contract/contract.ts';
import { NAME_MAX } from '../../preload/contract/schema/shapes.ts';
import { safeText } from '../../preload/contract/foreign-text.ts';
import type { DiskDefinition, MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotDiff, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { ArchivedMachine } from '../archive/archived-machine.ts';
import type { ImportedMachine } from '../archive/import-machine.ts';
import { refuseTarget } from '../archive/record-writer.ts';
import { compareDefinitions } from '../compare/compare-definitions.ts';
import type { ComparedState } from '../compare/compare-snapshots.ts';
import type { NewSnapshotRecord, SnapshotRecord } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import { freeName } from '../supervisor/template-definition.ts';
import { showScreens } from '../snapshots/branching.ts';
import { discardHeads, headsFrom } from '../heads/head-keeping.ts';
import { definedAs, livingParent } from '../taking/records.ts';
import { ownerOf, type Report } from '../jobs/job.ts';
import type { Timelines } from '../snapshots/timelines.ts';

export interface Carrying {
  /** `to` null: the present. */
  diff(from: SnapshotId, to: SnapshotId | null): Promise<SnapshotDiff>;
  export(machine: MachineId, file: string): { readonly task: string };
  import(file: string): { readonly task: string };
  imported(task: string): MachineId | null;
}

export interface CarryingParts {
  readonly timelines: Timelines;
  /** `Vivarium 0.1.0`. */
  readonly program: string;
  /** Names of the machines there are. */
  names(): readonly string[];
  /** A machine's row was made. */
  adopt(machine: MachineId): Promise<unknown>;
}

const stateOf = ({ id, hasMemory, disks, definition }: NewSnapshotRecord): ComparedState => ({
  owner: ownerOf(id),
  hasMemory,
  // Not those that had been removed from the machine.
  disks: disks.filter(({ slot }) => slot < definition.disks.length),
});

/** Imported machines remembered: the newest. */
const REMEMBERED = 100;

/** Comparing and carrying over these timelines. */
export function carrying({ timelines, program, names, adopt }: CarryingParts): Carrying {
  const { library, storage, tasks, machine: machineOf } = timelines.parts;
  const made = new Map<string, MachineId>();

  /** The machine's present as a finished snapshot; `undo` removes what was only made for this. */
  async function presentOf(machine: MachineId): Promise<{ readonly record: NewSnapshotRecord; undo(): Promise<void> }> {
    const { record, stored } = await timelines.take(machine, { kind: 'manual', name: 'as it was exported', hidden: true });
    await stored;
    return { record, undo: () => timelines.bin.purge([record.id]) };
  }

  async function diff(from: SnapshotId, to: SnapshotId | null): Promise<SnapshotDiff> {
    await timelines.recovered();
    const before = await library.snapshots.get(from);
    if (before.machine === null) throw new ContractError('missing', 'this snapshot no longer exists');
    const other = to === null ? undefined : await library.snapshots.get(to);
    for (const { name, state, reason } of other ? [before, other] : [])
      if (state === 'storing') throw new ContractError('conflict', `"${name}" is still ${reason}: wait a moment and try again`);
    const now = machineOf(before.machine).record.definition;
    const hardware = compareDefinitions(definedAs(before), other ? definedAs(other) : now);
    const after = other ? { state: stateOf(other), undo: async () => undefined } : await comparedPresent(before.machine);
    try {
      return { from, to, ...(await storage.run('compareSnapshots', { from: stateOf(before), to: after.state })), hardware };
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
    const { record: taken, undo } = await presentOf(machine);
    return { state: stateOf(taken), undo };
  }

  /** What has not been kept yet, so that the file holds the machine as it is now; `undefined` where there is nothing more. */
  async function unkept(machine: MachineId, { disks }: MachineDefinition): Promise<Awaited<ReturnType<typeof presentOf>> | undefined> {
    const { life } = machineOf(machine);
    const isActive = life.state === 'running' || life.state === 'paused';
    // A disk of a machine that was never started has content too: its base's, or what was brought in.
    const hasContent = disks.some(({ id }) => id !== undefined);
    const { suspended } = await library.timeline.present(machine);
    return suspended || (!isActive && !hasContent) ? undefined : presentOf(machine);
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
      progress({ message: `waiting for "${name}", which is being stored` });
      await Promise.race([timelines.of(machine).storing.settled(id), cancelled]);
      signal.throwIfAborted();
    }
    return new Set(all.map(({ id }) => id));
  }

  const leftOutDisk = (number: number) =>
    `disk ${number} was left out: it was added while the machine was running; restart the machine and export it again`;
  /** What is left out of a file and why, for a person. */
  function leftOutWords(leftOut: readonly SnapshotRecord[]): string[] {
    if (leftOut.length === 0) return [];
    const each = leftOut.map(({ name, state, reason }) => `"${name}" (${state === 'damaged' ? 'damaged: ' : ''}${reason})`);
    return [`${leftOut.length === 1 ? 'one snapshot was' : `${leftOut.length} snapshots were`} left out: ${each.join('; ')}`];
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
    // One that was added while the machine runs has content that no instant of it has; without any it is just an empty disk.
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
    const disksLeftOut = definition.disks.flatMap((disk, slot) => (comesAlong(disk) ? [] : [slot + 1]));
    return { what, words: [...leftOutWords(leftOut), ...disksLeftOut.map(leftOutDisk)].join('; ') };
  }

  async function adoptImported({ machine, saved }: ImportedMachine): Promise<MachineId> {
    const id = ulid() as MachineId;
    const definition: MachineDefinition = {
      ...machine.definition,
      name: freeName(safeText(machine.definition.name).slice(0, NAME_MAX), names()),
    };
    const records = machine.snapshots.map((snapshot): NewSnapshotRecord => {
      return { ...snapshot, machine: id, ownBytes: 0, sharedBytes: 0, state: 'ready', reason: '' };
    });
    const present = records.find((record) => record.id === machine.present.parent);
    const heads = present ? await headsFrom(timelines.parts, present, id) : [];
    try {
      await library.timeline.apply({
        newMachine: { id, definition },
        insert: records.map((record) => ({ record, saved: saved.get(record.id) ?? { packed: true, consoles: [] } })),
        newHeads: heads.map((head) => ({ ...head, present: true })),
        present: { machine: id, parent: present?.id ?? null, suspended: machine.present.suspended && present?.hasMemory === true },
      });
    } catch (error) {
      await discardHeads(
        timelines.parts,
        heads.map((head) => head.id),
      ).catch(() => undefined);
      await storage.run('dropOwners', { owners: records.map((record) => ownerOf(record.id)) }).catch(() => undefined);
      throw error;
    }
    if (present) await showScreens(library, id, (await library.snapshots.saved(present.id)).consoles);
    return id;
  }

  return {
    diff,
    export(machine, file) {
      const { name } = machineOf(machine).record.definition;
      const work = async (progress: Report, signal: AbortSignal) => {
        await refuseTarget(file);
        await timelines.recovered();
        const wanted = await storedOf(machine, progress, signal);
        progress({ message: 'keeping the present' });
        // Taken before its disks are: one that is brought in meanwhile is not in the file, instead of being there empty.
        const { definition } = machineOf(machine).record;
        const present = await unkept(machine, definition);
        try {
          const { what, words } = await archived(machine, definition, wanted, present?.record);
          const args = { file, machine: what, library: library.home.library, withBases: true, program, date: Date.now() };
          await storage.run('exportMachine', args, { progress, signal });
          return words === '' ? 'done' : words;
        } finally {
          await present?.undo();
        }
      };
      return { task: tasks.begin(`Exporting "${name}" to ${file}`, work, (words) => words).id };
    },
    import(file) {
      const task = tasks.begin(`Importing ${file}`, async (progress, signal) => {
        await timelines.recovered();
        const filesFolder = join(library.home.folder, 'imported');
        const machine = await adoptImported(await storage.run('importMachine', { file, filesFolder }, { progress, signal }));
        await timelines.usage.measure();
        await adopt(machine);
        return machine;
      });
      task.result.then(
        (machine) => {
          made.set(task.id, machine);
          const [oldest] = made.keys();
          if (made.size > REMEMBERED && oldest !== undefined) made.delete(oldest);
        },
        () => undefined,
      );
      return { task: task.id };
    },
    imported: (task) => made.get(task) ?? null,
  };
}
