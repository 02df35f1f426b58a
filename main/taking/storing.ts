/**
 * Storing snapshot points in the background of a machine that goes on: memory at once, disks one point after the other, then
 * the row is finished; last the overlays give up what is settled. Nothing is left of a point that cannot be stored or is
 * cancelled.
 */
import type { TaskWork } from '../../preload/contract/tasks.ts';
import { CodedError } from '../../emulator/error/coded-error.ts';

import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { abandonCopy } from '../../emulator/host/pages.ts';
import type { SharedRam } from '../../emulator/index.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { NewSnapshotRecord } from '../library/snapshot-records.ts';
import type { Progress } from '../tasks/task-list.ts';
import { discardHeads, settle, storeDisks } from '../heads/head-keeping.ts';
import { ownerOf } from '../storage/owners.ts';
import type { Base, MachinePresent } from './machine-present.ts';
import { turns } from '../../emulator/structures/in-turn.ts';

/** Memory on its way into the store. */
export interface MemoryStoring {
  readonly abort: AbortController;
  readonly done: Promise<unknown>;
  /** Told how many bytes are stored. */
  readonly progress: ((bytes: number) => void)[];
}
/** A snapshot point that is taken; its bytes are on their way. */
export interface Taken {
  readonly record: NewSnapshotRecord;
  /** The task that stores it, where a person sees one. */
  readonly task: string | undefined;
  /** Resolves when it is finished. */
  readonly stored: Promise<void>;
}
/** Kinds of tasks that store a snapshot point. */
export type StoringTask = Extract<TaskWork, { readonly kind: 'store-snapshot' | 'suspend' }>;
/** What is to be stored of a snapshot point besides its row. */
export interface ToStore {
  readonly memory?: MemoryStoring;
  /** Heads that nobody uses any more; they go when the snapshot point is finished. */
  readonly retired: readonly HeadRecord[];
  /** Resolves when the retired heads' disks are closed, so that their overlays hold everything, and the row is complete. */
  readonly closed?: Promise<unknown>;
  /** Shown among the tasks. */
  readonly task?: StoringTask;
}

interface Storing {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** A later snapshot point builds on its memory, so that it has to be stored even if nobody wants it. */
  needed: boolean;
  cancelled: boolean;
}

export class SnapshotStoring {
  readonly #present: MachinePresent;
  readonly #disksInTurn = turns();
  readonly #storing = new Map<SnapshotId, Storing>();

  constructor(present: MachinePresent) {
    this.#present = present;
  }

  get isBusy(): boolean {
    return this.#storing.size > 0;
  }
  has(id: SnapshotId): boolean {
    return this.#storing.has(id);
  }
  /** Resolves when a snapshot that is being stored is ready, or has failed; without one, when all are. */
  async settled(id?: SnapshotId): Promise<void> {
    if (id !== undefined) return void (await this.#storing.get(id)?.done.catch(() => undefined));
    while (this.isBusy) await Promise.allSettled([...this.#storing.values()].map(({ done }) => done));
  }
  cancel(id: SnapshotId): void {
    const storing = this.#storing.get(id);
    if (!storing) return;
    storing.cancelled = true;
    if (!storing.needed) storing.abort.abort();
  }

  /** Begins at once: until its pages are taken over, a guest that changes many of them waits. */
  memory(id: SnapshotId, ram: SharedRam, base: Base | undefined): MemoryStoring {
    const abort = new AbortController();
    const before = base && this.#storing.get(base.snapshot);
    if (before) before.needed = true;
    const progress: ((bytes: number) => void)[] = [];
    const done = this.#present.parts.storage.run.storeMemory(
      { snapshot: id, ram, ...(base ? { base: base.snapshot } : {}) },
      {
        signal: abort.signal,
        progress: ({ bytesDone }) => progress.forEach((tell) => tell(bytesDone ?? 0)),
        // The marks that it leaves would hold the guest up.
        lost: () => void abandonCopy(ram),
      },
    );
    done.catch(() => undefined);
    return { abort, done, progress };
  }

  /** Stores the rest of a snapshot point whose row is there, as a task where a person is to see it. */
  begin(record: NewSnapshotRecord, what: ToStore): Taken {
    const { memory } = what;
    const abort = memory?.abort ?? new AbortController();
    const work = (progress: (told: Progress) => void, signal?: AbortSignal) => {
      memory?.progress.push((bytesDone) => progress({ message: faultWith('step-storing-memory'), bytesDone }));
      signal?.addEventListener('abort', () => this.cancel(record.id));
      return this.#store(record, what, abort, progress);
    };
    const { parts, id: machine } = this.#present;
    const task = what.task && parts.tasks.begin(what.task.kind, what.task.subject as never, work);
    const done = (task?.result ?? work(() => undefined)).finally(() => this.#storing.delete(record.id));
    done.catch(() => undefined);
    what.closed?.catch(() => undefined);
    this.#storing.set(record.id, { abort, done, needed: false, cancelled: false });
    parts.changed(machine, [record.id]);
    // Who takes snapshot points goes back to them.
    parts.spareHeads.prepare(record.disks.length);
    return { record, task: task?.id, stored: done };
  }

  async #store(record: NewSnapshotRecord, what: ToStore, abort: AbortController, progress: (told: Progress) => void): Promise<void> {
    const { memory, retired, closed } = what;
    const { parts, id: machine } = this.#present;
    try {
      const goesOn = retired.length === 0;
      const disks = this.#disksInTurn(async () => {
        await closed;
        await this.#commit(record);
        const told = ({ message, bytesDone = 0 }: Progress) => progress({ message, bytesDone });
        return storeDisks(parts, record, { goesOn, options: { signal: abort.signal, progress: told } });
      });
      disks.catch(() => undefined);
      await memory?.done;
      const settlings = await disks;
      if (this.#storing.get(record.id)?.cancelled) throw new ContractError('cancelled');
      // Whoever sees that it is ready sees what it takes up.
      await parts.measured();
      await parts.library.timeline.apply({
        finish: { id: record.id, disks: record.disks, memory: memory !== undefined },
        removeHeads: retired.map(({ id }) => id),
      });
      // Behind: it waits for its turn, and nothing is lost when it never comes.
      if (settlings.length > 0)
        void this.#present
          .inTurn(() => this.#disksInTurn(() => settle(parts, settlings, (settling) => this.#present.disk(settling))))
          .then(() => parts.collectSoon())
          .catch((error: unknown) => this.#present.warn(error));
    } catch (error) {
      const wasCancelled = abort.signal.aborted;
      abort.abort();
      await memory?.done.catch(() => undefined);
      await this.#failed(record, retired, error, wasCancelled);
      throw error;
    }
    const gone = retired.map(({ id }) => id);
    await this.#disksInTurn(() => discardHeads(parts, gone)).catch((error: unknown) => this.#present.warn(error));
    parts.changed(machine, [record.id]);
  }

  /** Has disks of the running machine write down what belongs to the snapshot point, for others to read. */
  async #commit({ unfinished = [] }: NewSnapshotRecord): Promise<void> {
    for (const { slot, head, mark } of unfinished) {
      const tell = this.#present.disk({ slot, head });
      if (!tell || mark === undefined) continue;
      try {
        await tell({ kind: 'commit', generation: (mark as { readonly generation: number }).generation });
      } catch (error) {
        // The disks of a machine that was stopped meanwhile are closed, and everything is written.
        if (this.#present.disk({ slot, head }) || this.#present.machine.life.state === 'failed') throw error;
      }
    }
  }

  /** Takes the row back; but disks that a return left behind stay, until a later start of the program can store them. */
  async #failed(record: NewSnapshotRecord, retired: readonly HeadRecord[], error: unknown, wasCancelled: boolean): Promise<void> {
    const { parts, id: machine } = this.#present;
    this.#present.forget(record.id);
    // Nobody need be waiting for one of these, and nobody would see that it went.
    if ((record.kind === 'kept' || record.kind === 'manual') && !wasCancelled)
      this.#present.warn(new ContractError('snapshot-not-stored', { name: record.name, why: causeOf(error) }));
    parts.collectSoon();
    await parts.storage.run.dropOwners({ owners: [ownerOf(record.id)] }).catch(() => undefined);
    try {
      if (retired.length > 0) {
        const isDamaged = error instanceof CodedError && error.kind === 'damaged';
        const reason = faultWith(isDamaged ? 'snapshot-disks-unreadable' : 'snapshot-not-stored-yet', { why: causeOf(error) });
        await parts.library.snapshots.setState(record.id, isDamaged ? 'damaged' : 'storing', reason);
      } else {
        await parts.library.timeline.apply({ remove: [record.id] });
        parts.events.removed({ machine, id: record.id });
      }
    } catch (failure) {
      this.#present.warn(failure);
    }
    parts.changed(machine, [record.id]);
  }
}
