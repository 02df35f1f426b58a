/** Machines out of files, as new ones. */
import { join } from 'node:path';
import { safeText } from '../../preload/contract/foreign-text.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import { NAME_MAX } from '../../preload/contract/schema/shapes.ts';
import type { ImportedMachine } from '../archive/import-machine.ts';
import { discardHeads, headsFrom } from '../heads/head-keeping.ts';
import type { Report } from '../jobs/job.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import { showScreens } from '../snapshots/branching.ts';
import type { Timelines } from '../snapshots/timelines.ts';
import { ownerOf } from '../storage/owners.ts';
import { freeName } from '../supervisor/template-definition.ts';
import type { CarryingStorage } from './carrying-jobs.ts';
import { withoutHostDoors } from './host-doors.ts';

export interface ImportingParts {
  /** Names of the machines there are. */
  names(): readonly string[];
  /** A machine's row was made. */
  adopt(machine: MachineId): Promise<unknown>;
}

/** Imports as tasks; each results in the machine it made. */
export function importing(timelines: Timelines, storage: CarryingStorage, { names, adopt }: ImportingParts) {
  const { library, tasks } = timelines.parts;

  async function adoptImported({ machine, saved }: ImportedMachine): Promise<MachineId> {
    const id = ulid() as MachineId;
    const definition: MachineDefinition = {
      ...withoutHostDoors(machine.definition),
      name: freeName(safeText(machine.definition.name).slice(0, NAME_MAX), names()),
    };
    const records = machine.snapshots.map((snapshot): NewSnapshotRecord => {
      const { definition: taken, next } = snapshot;
      const closed = { definition: withoutHostDoors(taken), ...(next === undefined ? {} : { next: withoutHostDoors(next) }) };
      return { ...snapshot, ...closed, machine: id, ownBytes: 0, sharedBytes: 0, state: 'ready' };
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
      await storage.run.dropOwners({ owners: records.map((record) => ownerOf(record.id)) }).catch(() => undefined);
      throw error;
    }
    if (present) await showScreens(library, id, (await library.snapshots.saved(present.id)).consoles);
    return id;
  }

  return {
    import(file: string): { readonly task: string } {
      const work = async (progress: Report, signal: AbortSignal) => {
        await timelines.recovered();
        const filesFolder = join(library.home.folder, 'imported');
        const machine = await adoptImported(await storage.run.importMachine({ file, filesFolder }, { progress, signal }));
        await timelines.usage.measure();
        await adopt(machine);
        return machine;
      };
      return { task: tasks.begin('import-machine', { path: file }, work, (machine) => ({ machine })).id };
    },
  };
}
