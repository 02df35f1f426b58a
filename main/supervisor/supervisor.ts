/**
 * The supervisor: every machine of the library with its state, started and watched. A machine whose threads die is
 * failed with its log, and the program lives on; the library changes only through here, so that what is shown and
 * what is stored never differ.
 */
import type { NoticeLevel } from '../../preload/contract/application.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../../emulator/error/coded-error.ts';
import { causeOf, ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineActivity, MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { Library } from '../library/library.ts';
import type { DefinitionChange, MachineRecord } from '../library/machine-records.ts';
import type { RunRecord } from '../library/run-records.ts';
import { interruptionOf, reasonOf } from './interrupted.ts';
import { applyCables } from './machine-cables.ts';
import { applyForwards } from './machine-forwards.ts';
import { withOwnAddresses } from './machine-networks.ts';
import { applyReach } from './machine-reach.ts';
import { sharesChanged } from './machine-shares.ts';
import { SupervisedMachine, type MachineSurroundings } from './supervised-machine.ts';

export interface SupervisorEvents {
  changed(status: MachineStatus): void;
  deleted(id: MachineId): void;
  /** Of all that run, together. */
  activity(activities: readonly MachineActivity[]): void;
  notice(level: NoticeLevel, what: Fault): void;
}

export interface SupervisorParts {
  readonly library: Library;
  readonly startMachine: MachineSurroundings['startMachine'];
  readonly begin: MachineSurroundings['begin'];
  /** A disk of a running machine cannot write, or can again. */
  diskTrouble?(machine: SupervisedMachine, slot: number, fault: Fault | undefined): void;
  readonly printed?: MachineSurroundings['printed'];
  /** A new run of a machine has begun. */
  runs?(machine: SupervisedMachine): void;
  /** A machine's state changed, or its run. */
  changed?(machine: SupervisedMachine): void;
  readonly events: SupervisorEvents;
}

/** What is known of the machines' runs before this program. */
interface Past {
  readonly last: ReadonlyMap<MachineId, RunRecord>;
  readonly newest: ReadonlyMap<MachineId, Uint8Array>;
}

/** How often activity is told, in milliseconds. */
const ACTIVITY_EVERY = 1000;

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #machines = new Map<MachineId, SupervisedMachine>();
  #ticker: NodeJS.Timeout | undefined;

  /** Use `openSupervisor`. */
  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  /** Reads the library; machines that ran when the program was killed are off, with that reason. */
  async load(): Promise<void> {
    const { runs, consoles, machines } = this.#parts.library;
    await runs.endLost();
    // All at once: five hundred machines would be a thousand statements.
    const [records, last, newest] = await Promise.all([machines.list(), runs.last(), consoles.newest(0)]);
    for (const record of records) await this.#adopt(record, { last, newest });
  }

  list(): readonly MachineStatus[] {
    return [...this.#machines.values()].map((machine) => machine.status());
  }
  /** Those in the bin, as they would come back. */
  async bin(): Promise<readonly MachineStatus[]> {
    const records = await this.#parts.library.machines.bin();
    return records.map((record) => new SupervisedMachine(record, faultWith('in-bin'), new Uint8Array(), this.#surroundings()).status());
  }
  /** @throws ContractError `missing` */
  machine(id: MachineId): SupervisedMachine {
    const machine = this.#machines.get(id);
    if (!machine) throw new ContractError('machine-gone');
    return machine;
  }
  /** Those in use. */
  machines(): readonly SupervisedMachine[] {
    return [...this.#machines.values()];
  }
  /** Reads a machine's row again, after a change that was made beside the supervisor, and tells of it. */
  async refresh(id: MachineId): Promise<MachineStatus> {
    const machine = this.machine(id);
    const before = machine.record.definition;
    machine.record = await this.#parts.library.machines.get(id);
    await this.#definedAnew(machine, before);
    return this.#told(machine);
  }
  /** Takes up a machine whose row was made beside the supervisor. */
  async adopt(id: MachineId): Promise<MachineStatus> {
    return this.#told(await this.#adopt(await this.#parts.library.machines.get(id)));
  }
  /** Names of the machines that are not off. */
  running(): readonly string[] {
    return [...this.#machines.values()].filter(({ life }) => life.isActive).map(({ record }) => record.definition.name);
  }

  /**
   * What is to be stored, with an address for each of its cards on a shared network.
   * @throws ContractError when there is no such network
   */
  async withAddresses<T extends Partial<MachineDefinition>>(change: T): Promise<T> {
    if (!change.networks) return change;
    const others = this.machines().map(({ record }) => record.definition);
    return { ...change, networks: await withOwnAddresses(change.networks, others, this.#parts.library) };
  }

  async create(definition: MachineDefinition): Promise<MachineStatus> {
    const machine = await this.#adopt(await this.#parts.library.machines.create(definition));
    return this.#told(machine);
  }
  async update(id: MachineId, change: DefinitionChange): Promise<MachineStatus> {
    const machine = this.machine(id);
    const before = machine.record.definition;
    machine.record = await this.#parts.library.machines.update(id, change);
    if (!isDeepStrictEqual(before.forwards, machine.record.definition.forwards)) await applyForwards(machine);
    await this.#definedAnew(machine, before);
    return this.#told(machine);
  }
  /** What its owner says of what runs holds at once. @param before the definition of before */
  async #definedAnew(machine: SupervisedMachine, before: MachineDefinition): Promise<void> {
    await applyCables(machine, before);
    if (!isDeepStrictEqual(before.networks, machine.record.definition.networks)) await this.applyReach(machine);
    await sharesChanged(machine, before);
  }
  /** Tells the cards of a machine where its guest may connect, as it and its networks say by now. */
  async applyReach(machine: SupervisedMachine): Promise<void> {
    if ((machine.runningDefinition.networks ?? []).length > 0) await applyReach(machine, await this.#parts.library.networks.list());
  }
  /** The same of all machines with a card on a network. */
  async applyReachOn(network: string): Promise<void> {
    const all = this.machines().filter((machine) => machine.runningDefinition.networks?.some((card) => card.network === network));
    await Promise.all(all.map((machine) => this.applyReach(machine)));
  }
  /** Into the bin; a machine that is not off is refused. */
  async delete(id: MachineId): Promise<void> {
    this.#requireOff(this.machine(id), 'deleting it');
    await this.#parts.library.machines.delete(id);
    this.#machines.delete(id);
    this.#parts.events.deleted(id);
  }
  async undelete(id: MachineId): Promise<MachineStatus> {
    return this.#told(await this.#adopt(await this.#parts.library.machines.undelete(id)));
  }
  /** Takes back the last change; `undefined` when that puts the machine into the bin. */
  async undo(id: MachineId): Promise<MachineStatus | undefined> {
    const known = this.#machines.get(id);
    if (known) this.#requireOff(known, 'undoing its last change');
    const record = await this.#parts.library.machines.undo(id);
    if (record === undefined) {
      this.#machines.delete(id);
      this.#parts.events.deleted(id);
      return undefined;
    }
    if (known) known.record = record;
    return this.#told(known ?? (await this.#adopt(record)));
  }

  /**
   * Stops every machine; resolves when all are off and their history is stored.
   * @param starting settles when nobody starts one any more
   */
  async close(starting: Promise<void> = Promise.resolve()): Promise<void> {
    clearInterval(this.#ticker);
    const machines = [...this.#machines.values()];
    const stop = () => Promise.allSettled(machines.filter(({ life }) => life.isActive).map(({ life }) => life.stop()));
    await stop();
    await starting;
    // One that was on its way back to a snapshot begins to run behind that.
    await stop();
    await Promise.all(machines.map((machine) => machine.settled()));
  }

  #requireOff(machine: SupervisedMachine, what: string): void {
    const { life, record } = machine;
    if (life.isActive) throw new ContractError('machine-must-stop', { name: record.definition.name, state: life.state, before: what });
  }

  #told(machine: SupervisedMachine): MachineStatus {
    const status = machine.status();
    this.#parts.events.changed(status);
    return status;
  }

  #surroundings(): MachineSurroundings {
    const { library, startMachine, begin, events } = this.#parts;
    return {
      library,
      startMachine,
      begin,
      changed: (machine) => {
        events.changed(machine.status());
        this.#watch();
        this.#parts.changed?.(machine);
      },
      runs: (machine) => {
        this.#parts.runs?.(machine);
        // It may have been changed while the machine started, and a guest that went back was given what it had then.
        this.applyReach(machine).catch((error: unknown) => events.notice('warning', causeOf(error)));
      },
      ...(this.#parts.printed ? { printed: this.#parts.printed } : {}),
      diskTrouble: (machine, slot, message) => this.#parts.diskTrouble?.(machine, slot, message),
      storeFailed: (machine, error) =>
        events.notice('error', faultWith('console-not-kept', { name: machine.record.definition.name, why: causeOf(error) })),
    };
  }

  async #pastOf(id: MachineId): Promise<Past> {
    const { runs, consoles } = this.#parts.library;
    return { last: await runs.last(id), newest: await consoles.newest(0, id) };
  }

  async #adopt(record: MachineRecord, past?: Past): Promise<SupervisedMachine> {
    const { last, newest } = past ?? (await this.#pastOf(record.id));
    const lastRun = last.get(record.id);
    const interruption = await interruptionOf(this.#parts.library, record, lastRun);
    const printed = newest.get(record.id) ?? new Uint8Array();
    const machine = new SupervisedMachine(record, reasonOf(record, lastRun?.reason, interruption), printed, this.#surroundings());
    this.#machines.set(record.id, machine);
    return machine;
  }

  /** Ticks while anything is active. */
  #watch(): void {
    const active = this.running().length > 0;
    if (active) this.#ticker ??= setInterval(() => this.#tick(), ACTIVITY_EVERY).unref();
    else {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
  }

  #tick(): void {
    const active = [...this.#machines.values()].filter(({ life }) => life.isActive);
    const activities = active.flatMap((machine) => machine.activity() ?? []);
    if (activities.length > 0) this.#parts.events.activity(activities);
    for (const machine of active) if (machine.refreshLastLine()) this.#told(machine);
  }
}

/** The supervisor of a library, with its machines read. */
export async function openSupervisor(parts: SupervisorParts): Promise<Supervisor> {
  const supervisor = new Supervisor(parts);
  await supervisor.load();
  return supervisor;
}
