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
import { LOST_REASON, QUIT_REASON } from '../library/run-records.ts';

/** What of a machine is interrupted; `undefined` where it was off, or has run again since. */
export async function interruptionOf(
  { runs, snapshots }: Pick<Library, 'runs' | 'snapshots'>,
  { id, suspended, definition: { name } }: MachineRecord,
): Promise<InterruptedMachine | undefined> {
  const [last] = await runs.list(id);
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
  /** A machine that could not go on, while nobody waits for an answer. */
  failed(name: string, error: Error): void;
}

export interface Resuming {
  list(): Promise<readonly InterruptedMachine[]>;
  /** Goes on with one. Does nothing for a machine that is not interrupted (any more). */
  resume(id: MachineId): Promise<void>;
  /** Goes on with all, one after the other; those that cannot are told of. */
  resumeAll(): Promise<void>;
  /** The program has opened, with a window or without one: does what the setting and the machines say. */
  opened(interrupted: Settings['interrupted'], hasWindow: boolean): Promise<void>;
  /** Starts those that are to run whenever the program does, from where they were; those that cannot are told of. */
  startThose(): Promise<void>;
}

/** What there is to go on with, and how. */
export function resuming({ library, machines, start, restore, failed }: ResumingParts): Resuming {
  const list = async () => {
    const found: InterruptedMachine[] = [];
    for (const { record, life } of machines()) {
      const interruption = life.isActive ? undefined : await interruptionOf(library, record);
      if (interruption) found.push(interruption);
    }
    return found;
  };
  const resume = async (id: MachineId) => {
    const interruption = (await list()).find((each) => each.id === id);
    if (interruption?.snapshot) await restore(interruption.snapshot);
    else if (interruption) await start(id);
  };
  return {
    list,
    resume,
    async opened(interrupted, hasWindow) {
      if (interrupted === 'resume') await this.resumeAll();
      if (hasWindow) await this.startThose();
    },
    async resumeAll() {
      for (const { id, name } of await list()) await resume(id).catch((error: Error) => failed(name, error));
    },
    async startThose() {
      const interrupted = new Set((await list()).map(({ id }) => id));
      for (const { record, life } of machines()) {
        const { id, definition } = record;
        if (definition.onOpen !== 'start' || life.isActive) continue;
        const work = interrupted.has(id) ? resume(id) : start(id);
        await Promise.resolve(work).catch((error: Error) => failed(definition.name, error));
      }
    },
  };
}
