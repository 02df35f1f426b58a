/**
 * Watches the room on the host while machines run. Where it ends, they are paused with the reason, and go on by themselves
 * when there is room again: a guest never sees a disk that is full because the host's is.
 */
import type { NoticeLevel } from '../../preload/contract/application.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { turns } from '../../emulator/structures/in-turn.ts';
import type { Fault } from '../../emulator/error/coded-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import { type FreeSpace } from '../storage/free-space.ts';

/** How often the room is looked at, in milliseconds. */
const EVERY = 2000;
/** Machines go on when there is this much more than the floor, so that they do not stop again at once. */
const ENOUGH = 1.25;

export interface SpaceWatchParts {
  readonly folder: string;
  freeSpace(): Promise<FreeSpace>;
  machines(): readonly SupervisedMachine[];
  notice(level: NoticeLevel, what: Fault): void;
}

export class SpaceWatch {
  readonly #parts: SpaceWatchParts;
  readonly #timer: NodeJS.Timeout;
  /** Machines paused here, with the reason they show; another pause or a resume by a person ends it. */
  readonly #paused = new Map<MachineId, Reason>();
  /** Machines whose pause is under way: a second reason does not count. */
  readonly #pausing = new Set<MachineId>();
  /** Slots of disks that wait for room. */
  readonly #troubles = new Map<MachineId, Set<number>>();
  readonly #inTurn = turns();

  constructor(parts: SpaceWatchParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.look(), EVERY).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A disk cannot write, or (without a fault) can again. */
  diskTrouble(machine: SupervisedMachine, slot: number, fault: Fault | undefined): void {
    const slots = this.#troubles.get(machine.id) ?? new Set();
    this.#troubles.set(machine.id, slots);
    if (!fault) slots.delete(slot);
    else slots.add(slot);
    if (!fault) void this.look();
    else void this.#pause(machine, faultWith('paused-disk-unwritable', { slot, why: fault }));
  }

  /** Looks now. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look()).catch(() => undefined);
  }

  async #look(): Promise<void> {
    const active = this.#parts.machines().filter(({ life }) => life.state === 'running' || life.state === 'paused');
    const ids = new Set(active.map(({ id }) => id));
    for (const id of this.#troubles.keys()) if (!ids.has(id)) this.#troubles.delete(id);
    for (const id of this.#paused.keys()) if (!ids.has(id)) this.#paused.delete(id);
    if (active.length === 0) return;
    const { freeBytes, floorBytes } = await this.#parts.freeSpace();
    for (const machine of active) {
      if (freeBytes < floorBytes) await this.#pause(machine, faultWith('paused-host-full', { freeBytes, folder: this.#parts.folder }));
      else if (freeBytes >= floorBytes * ENOUGH && !this.#troubles.get(machine.id)?.size) await this.#resume(machine);
    }
  }

  async #pause(machine: SupervisedMachine, reason: Reason): Promise<void> {
    if (machine.life.state !== 'running' || this.#pausing.has(machine.id)) return;
    this.#pausing.add(machine.id);
    this.#paused.set(machine.id, reason);
    await machine.life
      .pause(reason)
      .catch(() => this.#paused.delete(machine.id))
      .finally(() => this.#pausing.delete(machine.id));
    this.#parts.notice('warning', faultWith('machine-is', { name: machine.record.definition.name, why: reason }));
  }

  async #resume(machine: SupervisedMachine): Promise<void> {
    const reason = this.#paused.get(machine.id);
    // A pause that is still under way ends later: the next look finds it.
    if (reason === undefined || machine.life.state !== 'paused') return;
    this.#paused.delete(machine.id);
    if (machine.life.reason !== reason) return;
    await machine.life.resume().catch(() => undefined);
    this.#parts.notice('info', faultWith('machine-resumed-with-space', { name: machine.record.definition.name }));
  }
}
