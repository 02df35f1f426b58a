/** Long work with progress and a way to cancel it; it goes on when the window that asked for it is closed. */
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import type { TaskKind, TaskKinds, TaskStatus } from '../../preload/contract/tasks.ts';

/** What work tells about itself. */
export type Progress = Pick<TaskStatus, 'message' | 'fraction' | 'bytesDone' | 'bytesTotal' | 'bytesPerSecond'>;
export type Work<T> = (progress: (progress: Progress) => void, signal: AbortSignal) => Promise<T>;

export interface Task<T> {
  readonly id: string;
  /** Settles as the work does. */
  readonly result: Promise<T>;
  cancel(): void;
}

export interface TaskList {
  list(): readonly TaskStatus[];
  /**
   * Begins work of a kind on its subject; the caller may look at the result or leave it to the list.
   * @param resultOf what everybody is told of the work's value; kinds without a result have none
   */
  begin<K extends TaskKind, T>(kind: K, subject: TaskKinds[K]['subject'], work: Work<T>, ...resultOf: ResultOf<K, T>): Task<T>;
  /** @throws ContractError `missing` for an unknown id; cancelling an ended task does nothing */
  cancel(id: string): void;
  cancelAll(): void;
}

/** Makes a kind's result of what its work answers; nothing for kinds whose result is nothing. */
export type ResultOf<K extends TaskKind, T> = TaskKinds[K]['result'] extends null ? [] : [resultOf: (value: T) => TaskKinds[K]['result']];

/** Ended tasks kept for a person to look at. */
const ENDED_KEPT = 20;
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100;

/** Makes an empty list; `changed` is called with every change of a task. */
export function taskList(changed: (status: TaskStatus) => void): TaskList {
  const entries = new Map<string, { status: TaskStatus; cancel: () => void }>();
  let next = 1;

  const forget = () => {
    const ended = [...entries.values()].filter(({ status }) => status.state !== 'running');
    for (const { status } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) entries.delete(status.id);
  };

  return {
    list: () => [...entries.values()].map(({ status }) => status),
    begin(kind, subject, work, ...[resultOf]) {
      const id = `task-${next++}`;
      const abort = new AbortController();
      let toldAt = 0;
      const entry = {
        status: { id, kind, subject, state: 'running', message: '', startedAt: Date.now() } as TaskStatus,
        cancel: () => abort.abort(),
      };
      entries.set(id, entry);
      const tell = (change: Partial<TaskStatus>, always: boolean) => {
        entry.status = { ...entry.status, ...change } as TaskStatus;
        if (!always && Date.now() - toldAt < TELL_EVERY) return;
        toldAt = Date.now();
        changed(entry.status);
      };
      tell({}, true);
      const end = (change: Partial<TaskStatus>) => {
        tell({ ...change, message: '', endedAt: Date.now() }, true);
        forget();
      };
      const report = (progress: Progress) => {
        if (entry.status.state === 'running') tell(progress, progress.message !== entry.status.message);
      };
      const result = work(report, abort.signal).then(
        (value) => {
          end({ state: 'done', result: resultOf ? resultOf(value) : null } as Partial<TaskStatus>);
          return value;
        },
        (error: unknown) => {
          if (abort.signal.aborted) end({ state: 'cancelled' });
          else end({ state: 'failed', fault: causeOf(error) });
          throw error;
        },
      );
      // The list shows the failure; whoever also awaits the result gets it too.
      result.catch(() => undefined);
      return { id, result, cancel: entry.cancel };
    },
    cancel(id) {
      const entry = entries.get(id);
      if (!entry) throw new ContractError('task-gone');
      entry.cancel();
    },
    cancelAll: () => entries.forEach((entry) => entry.cancel()),
  };
}
