/** The timelines with all that goes on around them: automatic snapshots, the watch on free space, leaving, carrying. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { causeOf, ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { DiskAttachment, MachineConfiguration } from '../../emulator/index.ts';
import type { StorageUse } from '../../preload/contract/host.ts';
import type { MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { StartMachine } from '../supervisor/machine-life.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { freeName } from '../supervisor/template-definition.ts';
import { aborted, NEVER } from '../ending/patience.ts';
import { BootedStates } from '../snapshots/booted-states.ts';
import { branch } from '../snapshots/branching.ts';
import { carrying, type Carrying } from '../transfer/carrying.ts';
import { checkAll, type CheckOptions } from './check-library.ts';
import { Checkpoints } from '../checkpoints/checkpoints.ts';
import { freeSpace, type FreeSpace } from '../storage/free-space.ts';
import { Copying } from './copying.ts';
import { suspendAll } from './leaving.ts';
import { MachineBin } from '../bin/machine-bin.ts';
import { usable } from '../returning/return-plan.ts';
import { SpaceWatch } from './space-watch.ts';
import { storageUse } from './storage-use.ts';
import type { Storage } from '../jobs/storage.ts';
import type { TimelineJobs } from '../taking/timeline-parts.ts';
import type { CarryingJobs } from '../transfer/carrying-jobs.ts';
import { Timelines, type TimelinesParts } from '../snapshots/timelines.ts';

export interface HistoryParts extends Omit<TimelinesParts, 'machine' | 'refresh' | 'wentBack' | 'storage'> {
  readonly storage: Storage<TimelineJobs & CarryingJobs>;
  readonly supervisor: Supervisor;
  configure(definition: MachineDefinition, disks: readonly DiskAttachment[], signal: AbortSignal): Promise<MachineConfiguration>;
  readonly version: string;
  readonly startMachine: StartMachine;
  /** Checks what consoles printed. */
  readonly printed?: CheckOptions['printed'];
  /** A machine is gone for good. */
  purged?(machine: MachineId): void;
  /** Another measure of the room on the host, for tests. */
  readonly freeSpace?: () => Promise<FreeSpace>;
}

export class History {
  readonly timelines: Timelines;
  readonly carrying: Carrying;
  readonly booted: BootedStates;
  readonly machineBin: MachineBin;
  readonly copying: Copying;
  readonly #supervisor: Supervisor;
  readonly #checked: Pick<CheckOptions, 'printed'>;
  readonly #checkpoints: Checkpoints;
  readonly #space: SpaceWatch;
  /** Machines whose end was not seen yet. */
  readonly #active = new Set<MachineId>();

  constructor(parts: HistoryParts) {
    const { supervisor, library, storage } = parts;
    const machine = (id: MachineId) => supervisor.machine(id);
    this.timelines = new Timelines({
      ...parts,
      machine,
      refresh: (id) => supervisor.refresh(id),
      wentBack: (id, kept) => void this.#thinAfter(id, kept).catch((error: unknown) => this.#warn(error)),
    });
    this.#supervisor = supervisor;
    this.#checked = parts.printed ? { printed: parts.printed } : {};
    const { timelines } = this;
    const machines = () => supervisor.machines();
    const names = () => supervisor.list().map(({ definition }) => definition.name);
    this.carrying = carrying({ timelines, storage, program: `Vivarium ${parts.version}`, names, adopt: (id) => supervisor.adopt(id) });
    this.#checkpoints = new Checkpoints(timelines, machines);
    this.booted = new BootedStates(timelines.parts, parts.startMachine);
    this.machineBin = new MachineBin({
      ...timelines.parts,
      statuses: () => supervisor.bin(),
      recovered: () => timelines.recovered(),
      settled: (id) => timelines.of(id).settled(),
      forget: (id) => {
        timelines.forget(id);
        parts.purged?.(id);
      },
      removed: () => timelines.usage.touched(),
    });
    this.copying = new Copying({ timelines, supervisor, removed: () => timelines.usage.touched() });
    const { folder } = library.home;
    this.#space = new SpaceWatch({ folder, freeSpace: parts.freeSpace ?? (() => freeSpace(folder)), machines, notice: parts.notice });
  }

  /** The supervisor tells that a machine's state is another one. */
  machineChanged(machine: SupervisedMachine): void {
    if (machine.life.isActive) this.#active.add(machine.id);
    else if (this.#active.delete(machine.id)) void this.timelines.ended(machine).catch((error: unknown) => this.#warn(error));
  }

  diskTrouble(machine: SupervisedMachine, slot: number, fault: Fault | undefined): void {
    this.#space.diskTrouble(machine, slot, fault);
  }

  /** Going back and forth keeps many presents: when one is stored, older ones may go. */
  async #thinAfter(machine: MachineId, kept: SnapshotId): Promise<void> {
    await this.timelines.of(machine).storing.settled(kept);
    await this.#checkpoints.thin(this.#supervisor.machine(machine), kept);
  }

  /** A new machine that goes on from a snapshot. */
  async branch(id: SnapshotId, { name, start }: { readonly name?: string; readonly start: boolean }): Promise<MachineStatus> {
    const found = await this.timelines.stored(id);
    const source = await usable(
      this.timelines.parts,
      found,
      found.machine ? this.#supervisor.machine(found.machine).record.definition : found.definition,
    );
    const taken = this.#supervisor.list().map(({ definition }) => definition.name);
    const own = source.machine && this.#supervisor.machine(source.machine).record.definition.name;
    const machine = await branch(this.timelines.parts, source, name ?? freeName(`${own ?? source.definition.name} branch`, taken));
    await this.timelines.parts.measured();
    const status = await this.#supervisor.adopt(machine);
    if (!start) return status;
    await this.#supervisor.machine(machine).start();
    return this.#supervisor.machine(machine).status();
  }

  /** A machine that runs beside another, from one of its snapshots or from where it is now. */
  async fork(id: MachineId, moment: SnapshotId | null, name?: string): Promise<MachineStatus> {
    const { definition } = this.#supervisor.machine(id).record;
    const taken = this.#supervisor.list().map((status) => status.definition.name);
    const called = name ?? freeName(`${definition.name} fork`, taken);
    if (moment !== null) return this.branch(moment, { name: called, start: true });
    const made = this.#supervisor.machine((await this.copying.duplicate(id, called)).id);
    await made.start();
    return made.status();
  }

  /** A machine that goes on from its template's booted state, which is made first where it is missing. */
  async createBooted(definition: MachineDefinition, ready: string | undefined): Promise<MachineStatus> {
    if (ready === undefined) throw new ContractError('boot-no-marker', { template: definition.template });
    await this.timelines.recovered();
    if (this.#supervisor.list().some((status) => status.definition.name === definition.name))
      throw new ContractError('machine-name-taken', { name: definition.name });
    const booted = await this.booted.have({ definition, ready: new RegExp(ready) });
    const machine = await branch(this.timelines.parts, booted, definition.name, definition.note);
    this.timelines.usage.touched();
    return this.#supervisor.adopt(machine);
  }

  /** Moves a machine into the bin, when all that was taken of it is stored. */
  async putIntoBin(id: MachineId): Promise<void> {
    await this.#settledIfOff(id);
    await this.#supervisor.delete(id);
  }

  /** Takes back a machine's last change, which may be its creation: then it goes into the bin, and `undefined` is the answer. */
  async undo(id: MachineId): Promise<MachineStatus | undefined> {
    await this.#settledIfOff(id);
    return this.#supervisor.undo(id);
  }

  /** What is being stored of a machine speaks to it, and could not of one that is in the bin. */
  async #settledIfOff(id: MachineId): Promise<void> {
    const machine = this.#supervisor.machines().find((one) => one.id === id);
    if (machine?.life.isActive === false) await this.timelines.of(id).settled();
  }

  /** What the library takes of the disk. @param cache where parts of templates are kept */
  async storageUse(cache: string): Promise<StorageUse> {
    await this.timelines.recovered();
    return storageUse({ ...this.timelines.parts, cache });
  }

  /** Begins a check of every stored byte; the task's last words say what was found. */
  checkAll(): { readonly task: string } {
    const { tasks, library } = this.timelines.parts;
    const task = tasks.begin('check-library', {}, async (progress, signal) => {
      await this.timelines.recovered();
      const found = await checkAll(this.timelines.parts, { progress, signal, ...this.#checked });
      for (const { id } of await library.machines.list())
        this.timelines.parts.changed(
          id,
          (await library.snapshots.list(id)).map((record) => record.id),
        );
      if (found.length > 0) throw new ContractError('library-check-failed', { found });
    });
    return { task: task.id };
  }

  /** Ends the storage, after `leave`. */
  close(hurry: AbortSignal = NEVER): Promise<void> {
    return this.timelines.close(hurry);
  }

  /** Suspends what is to be saved when the program quits, as long as nobody is in a hurry; what runs then is to be stopped. */
  async leave(hurry: AbortSignal = NEVER): Promise<void> {
    this.#checkpoints.close();
    this.#space.close();
    await suspendAll(this.timelines, this.#supervisor.machines(), hurry);
    await Promise.race([this.timelines.settled(), aborted(hurry)]);
  }

  #warn(error: unknown): void {
    this.timelines.parts.notice('warning', causeOf(error));
  }
}

/** The history of a library's machines; what an ended program left is put in order in the background. */
export function openHistory(parts: HistoryParts): History {
  const history = new History(parts);
  history.timelines.recovered().then(
    (done) => done.forEach((what) => parts.notice('info', what)),
    (error: unknown) => parts.notice('error', faultWith('snapshots-unusable', { why: causeOf(error) })),
  );
  return history;
}
