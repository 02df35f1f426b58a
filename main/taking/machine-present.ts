/** What is known of a machine's present while it runs: the snapshot point its memory builds on, and the heads its disks are on. */
import { causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { TimelineParts } from './timeline-parts.ts';
import { turns } from '../../emulator/structures/in-turn.ts';

/** What the machine's memory was at some snapshot point, while it runs on from there. */
export interface Base {
  /** The run it holds for. */
  readonly run: number;
  readonly snapshot: SnapshotId;
  /** Instructions retired then: a paused machine that has not gone on since has nothing new. */
  readonly instructions: number;
}

export class MachinePresent {
  readonly id: MachineId;
  readonly parts: TimelineParts;
  /** What changes the present happens one after the other. */
  readonly inTurn = turns();
  /** The heads that the present run uses. */
  heads: readonly HeadRecord[] = [];
  /** Memory that is being brought back in the background. */
  fill: { readonly snapshot: SnapshotId; readonly done: Promise<void> } | undefined;
  #base: Base | undefined;

  constructor(id: MachineId, parts: TimelineParts) {
    this.id = id;
    this.parts = parts;
  }

  get machine(): SupervisedMachine {
    return this.parts.machine(this.id);
  }
  get base(): Base | undefined {
    return this.#base?.run === this.machine.life.run ? this.#base : undefined;
  }
  /** From now on the memory is that of a snapshot, and what the guest changes. */
  standsOn(snapshot: SnapshotId, run = this.machine.life.run, instructions = this.#instructions()): void {
    this.#base = { run, snapshot, instructions };
  }
  /** A snapshot is gone, or never came to be: the next one takes all of the memory. */
  forget(snapshot: SnapshotId): void {
    if (this.#base?.snapshot === snapshot) this.#base = undefined;
  }

  /** Whether nothing has happened since the snapshot point it stands on. */
  get isUnchanged(): boolean {
    return this.machine.life.state === 'paused' && this.base?.instructions === this.#instructions();
  }

  /** Speaks to the disk that the running machine has on a head; `undefined` where it has none. */
  disk({ slot, head }: { readonly slot: number; readonly head: string }): ((message: unknown) => Promise<unknown>) | undefined {
    const { life } = this.machine;
    const isUsed = this.heads.some((used) => used.slot === slot && used.id === head);
    if (!isUsed || (life.state !== 'running' && life.state !== 'paused')) return undefined;
    return (message) => life.tellDisk(slot, message);
  }

  warn(error: unknown): void {
    const { name } = this.machine.record.definition;
    this.parts.notice('warning', faultWith('timeline-trouble', { name, why: causeOf(error) }));
  }

  #instructions(): number {
    return this.machine.life.figures()?.instructions ?? -1;
  }
}
