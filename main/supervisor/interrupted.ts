/**
 * Machines that were running when the program last ended, and what each can go on from: the memory that was saved when the
 * program was quit, or, after a crash, the last snapshot of that run.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { InterruptedMachine, MachineId } from '../../preload/contract/machines.ts';
import type { Settings } from '../../preload/contract/application.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { LOST_REASON, QUIT_REASON, type RunRecord } from '../library/run-records.ts';

/** What of a machine, whose last run was that, is interrupted; `undefined` where it was off, or has run again since. */
export async function interruptionOf(
  { snapshots }: Pick<Library, 'snapshots'>,
  { id, suspended, definition: { name } }: MachineRecord,
  last: RunRecord | undefined,
): Promise<InterruptedMachine | undefined> {
  if (last?.reason?.code === QUIT_REASON.code)
    return suspended ? { id, name, from: 'saved', at: last.endedAt ?? last.startedAt } : undefined;
  if (last?.reason?.code !== LOST_REASON.code || suspended) return undefined;
  const whole = (await snapshots.list(id)).filter(
    ({ hasMemory, state, deletedAt, createdAt }) =>
      hasMemory && state === 'ready' && deletedAt === undefined && createdAt >= last.startedAt,
  );
  const newest = whole.at(-1);
  return newest && { id, name, from: 'snapshot', at: newest.createdAt, snapshot: newest.id };
}

/** The reason of a machine that is off, with what it can go on from. */
export function reasonOf(
  { suspended }: MachineRecord,
  lastReason: Reason | undefined,
  interruption: InterruptedMachine | undefined,
): Reason {
  if (interruption?.from === 'snapshot') return faultWith('program-ended', { snapshotAt: interruption.at });
  // One that came from a file, or from a template that had booted, was suspended without a run of its own.
  if (suspended) return interruption ? QUIT_REASON : faultWith('suspended');
  return lastReason ?? faultWith('not-started');
}

export interface ResumingParts {
  readonly library: Pick<Library, 'runs' | 'snapshots'>;
  machines(): readonly { readonly record: MachineRecord; readonly life: { readonly isActive: boolean } }[];
  start(id: MachineId): Promise<unknown>;
  restore(snapshot: NonNullable<InterruptedMachine['snapshot']>): Promise<unknown>;
  /** A machine could not go on, or without a name none could be looked at, while nobody waits for an answer. */
  failed(error: Error, name?: string): void;
}

export interface Resuming {
  list(): Promise<readonly InterruptedMachine[]>;
  /** Goes on with one. Does nothing for a machine that is not interrupted (any more). */
  resume(id: MachineId): Promise<void>;
  /** Goes on with all, one after the other, until the program closes; those that cannot are told of. */
  resumeAll(): Promise<void>;
  /** The program has opened, with a window or without one: does what the setting and the machines say. */
  opened(interrupted: Settings['interrupted'], hasWindow: boolean): void;
  /** Starts those that are to run whenever the program does, from where they were; those that cannot are told of. */
  startThose(): Promise<void>;
  /** The program closes: nothing is begun any more, behind those who stop what runs. */
  leave(): void;
  /** Resolves when what `opened` began has ended and asks the library nothing more. */
  settled(): Promise<void>;
}

/** What there is to go on with, and how. */
export function resuming({ library, machines, start, restore, failed }: ResumingParts): Resuming {
  let isLeaving = false;
  let opening = Promise.resolve();
  const list = async () => {
    const found: InterruptedMachine[] = [];
    const last = await library.runs.last();
    for (const { record, life } of machines()) {
      if (isLeaving) return [];
      const interruption = life.isActive ? undefined : await interruptionOf(library, record, last.get(record.id));
      if (interruption) found.push(interruption);
    }
    return found;
  };
  const resume = async (id: MachineId) => {
    const machine = machines().find(({ record, life }) => record.id === id && !life.isActive);
    if (!machine || isLeaving) return;
    const interruption = await interruptionOf(library, machine.record, (await library.runs.last(id)).get(id));
    if (interruption?.snapshot) await restore(interruption.snapshot);
    else if (interruption) await start(id);
  };
  return {
    list,
    resume,
    opened(interrupted, hasWindow) {
      const work = async () => {
        if (interrupted === 'resume') await this.resumeAll();
        if (hasWindow) await this.startThose();
      };
      opening = work().catch((error: Error) => failed(error));
    },
    leave: () => void (isLeaving = true),
    settled: () => opening,
    async resumeAll() {
      for (const { id, name } of await list()) {
        if (isLeaving) return;
        await resume(id).catch((error: Error) => failed(error, name));
      }
    },
    async startThose() {
      const interrupted = new Set((await list()).map(({ id }) => id));
      for (const { record, life } of machines()) {
        const { id, definition } = record;
        if (isLeaving) return;
        if (definition.onOpen !== 'start' || life.isActive) continue;
        const work = interrupted.has(id) ? resume(id) : start(id);
        await Promise.resolve(work).catch((error: Error) => failed(error, definition.name));
      }
    },
  };
}
