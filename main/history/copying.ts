/** Copies of a machine as it is now: another machine, or a template that machines are made from. Both share its stored bytes. */
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import type { MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { NewSnapshotRecord, SnapshotRecord } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import { usable } from '../returning/return-plan.ts';
import { isSavedTemplate, savedTemplateKey, savedTemplateName } from '../snapshots/booted-states.ts';
import { branch } from '../snapshots/branching.ts';
import type { Timelines } from '../snapshots/timelines.ts';
import { ownerOf } from '../storage/owners.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { freeName } from '../supervisor/template-definition.ts';
import { presentSnapshot } from '../transfer/present-snapshot.ts';

export interface CopyingParts {
  readonly timelines: Timelines;
  readonly supervisor: Supervisor;
  /** Something was removed from the store. */
  removed(): void;
}

/** Without what two machines must not have alike. */
const withoutAddresses = (definition: MachineDefinition): MachineDefinition =>
  definition.networks === undefined ? definition : { ...definition, networks: definition.networks.map(({ mac: _mac, ...card }) => card) };

export class Copying {
  readonly #parts: CopyingParts;

  constructor(parts: CopyingParts) {
    this.#parts = parts;
  }

  /**
   * Another machine with the same content; of one that runs, it goes on from its memory.
   * @param name absent: the machine's with `copy` after it
   * @throws ContractError for a taken name, and for a machine whose disks no snapshot can hold
   */
  async duplicate(id: MachineId, name?: string): Promise<MachineStatus> {
    const { record } = this.#parts.supervisor.machine(id);
    const called = name ?? freeName(`${record.definition.name} copy`, this.#names());
    this.#refuseTaken(called);
    return this.#withPresent(id, (source) => (source ? this.#from(source, called) : this.#defined({ ...record.definition, name: called })));
  }

  /** Keeps a machine as it is now as a template. @throws ContractError for a taken name, and as `duplicate` */
  async save(id: MachineId, { name, description }: { readonly name: string; readonly description: string }): Promise<void> {
    const { library, storage } = this.#parts.timelines.parts;
    const { record: machine } = this.#parts.supervisor.machine(id);
    if (await this.find(name)) throw new ContractError('template-name-taken', { name });
    await this.#withPresent(id, async (source) => {
      const { state, consoles } = source ? await library.snapshots.saved(source.id) : { state: undefined, consoles: [] };
      const own = ulid() as SnapshotId;
      const { sequence: _sequence, deletedAt: _deleted, ...held } = (source ?? this.#bare(machine.definition)) as SnapshotRecord;
      const record: NewSnapshotRecord = {
        ...held,
        ...{ id: own, machine: null, bootedKey: savedTemplateKey(name), parent: null, kind: 'booted', name, note: description },
        createdAt: Date.now(),
      };
      await storage.run.copyOwner({ from: ownerOf(held.id), to: ownerOf(own) });
      await library.timeline.apply({ insert: [{ record, saved: { ...(state ? { state } : {}), consoles } }] });
    });
    await this.#parts.timelines.parts.measured();
  }

  /** Deletes a template that was saved; machines that were made from it keep everything. @throws ContractError */
  async remove(name: string): Promise<void> {
    const { library, storage } = this.#parts.timelines.parts;
    const found = await this.find(name);
    if (!found) throw new ContractError('template-not-saved', { name });
    await library.timeline.apply({ remove: [found.id] });
    await storage.run.dropOwners({ owners: [ownerOf(found.id)] });
    await storage.run.collect();
    this.#parts.removed();
  }

  /** A machine made from a saved template. @param name absent: the template's, numbered where taken */
  async fromTemplate(template: SnapshotRecord, name: string | undefined): Promise<MachineStatus> {
    const called = name ?? freeName(template.name, this.#names());
    this.#refuseTaken(called);
    if (!template.hasMemory && template.disks.length === 0) return this.#defined({ ...template.definition, name: called, note: '' });
    return this.#from(await usable(this.#parts.timelines.parts, template, template.definition), called, '');
  }

  /** The template of that name, where one was saved. */
  async find(name: string): Promise<SnapshotRecord | undefined> {
    await this.#parts.timelines.recovered();
    return this.#parts.timelines.parts.library.snapshots.booted(savedTemplateKey(name));
  }

  /** Saved templates, the newest first. */
  async templates(): Promise<readonly TemplateStatus[]> {
    const all = (await this.#parts.timelines.parts.library.snapshots.list()).filter(isSavedTemplate);
    return all.toReversed().map(({ bootedKey = '', note, definition, hasMemory, ownBytes, sharedBytes }) => ({
      ...{ name: savedTemplateName(bootedKey), title: savedTemplateName(bootedKey), description: note },
      ...{ architecture: boardOf(definition.board).architecture, board: definition.board },
      ...{ memoryMiB: definition.memoryMiB, cores: definition.cores, parts: 'ready', source: 'machine', hasMemory },
      ...(ownBytes + sharedBytes > 0 ? { diskBytes: ownBytes + sharedBytes } : {}),
    }));
  }

  #names(): readonly string[] {
    return this.#parts.supervisor.list().map(({ definition }) => definition.name);
  }
  #refuseTaken(name: string): void {
    if (this.#names().includes(name)) throw new ContractError('machine-name-taken', { name });
  }
  /** A row for a machine that holds nothing but its definition. */
  #bare(definition: MachineDefinition) {
    return {
      ...{ id: ulid() as SnapshotId, definition, uptimeMs: 0, paused: false, thumbnail: '', disks: [], hasMemory: false },
      ...{ pinned: false, protected: false, memoryMiB: definition.memoryMiB, ownBytes: 0, sharedBytes: 0, state: 'ready' as const },
    };
  }
  async #defined(definition: MachineDefinition): Promise<MachineStatus> {
    const { supervisor } = this.#parts;
    return supervisor.create(await supervisor.withAddresses(withoutAddresses(definition)));
  }
  /** A guest whose memory comes along knows its card's address already, and keeps it. */
  async #from(source: SnapshotRecord, name: string, note?: string): Promise<MachineStatus> {
    const { timelines, supervisor } = this.#parts;
    const fresh = async (definition: MachineDefinition) =>
      source.hasMemory ? definition : supervisor.withAddresses(withoutAddresses(definition));
    const renewed = {
      ...source,
      definition: await fresh(source.definition),
      ...(source.next ? { next: await fresh(source.next) } : {}),
    };
    const machine = await branch(timelines.parts, renewed, name, note);
    await timelines.parts.measured();
    return supervisor.adopt(machine);
  }

  /** Hands over the machine's present as a snapshot; nothing, where its definition is all there is. */
  async #withPresent<T>(id: MachineId, use: (source: SnapshotRecord | undefined) => Promise<T>): Promise<T> {
    const { timelines, supervisor } = this.#parts;
    await timelines.recovered();
    const { library } = timelines.parts;
    const { life, record } = supervisor.machine(id);
    const { parent, suspended } = await library.timeline.present(id);
    const prepared = async (snapshot: SnapshotId) => {
      const found = (await library.snapshots.list(id)).find((one) => one.id === snapshot);
      if (found?.state !== 'ready')
        throw new ContractError('snapshot-unusable', {
          name: record.definition.name,
          why: found?.reason ?? faultWith('snapshot-gone'),
        });
      return usable(timelines.parts, found, record.definition);
    };
    if (suspended && parent) return use(await prepared(parent));
    const isActive = life.state === 'running' || life.state === 'paused';
    if (!isActive && record.definition.disks.every(({ readonly }) => readonly)) return use(undefined);
    const present = await presentSnapshot(timelines, id);
    try {
      return await use(await prepared(present.record.id));
    } finally {
      await present.undo();
    }
  }
}
