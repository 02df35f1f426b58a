/** Long work with progress and a way to cancel it; it goes on when the window that asked for it is closed. */
import { ContractError } from '../../preload/contract/contract.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';

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
   * Begins work under a title; the caller may look at the result or leave it to the list.
   * @param lastWords what a person is to know of the result, where `done` does not say it all
   */
  begin<T>(title: string, work: Work<T>, lastWords?: (value: T) => string): Task<T>;
  /** @throws ContractError `missing` for an unknown id; cancelling an ended task does nothing */
  cancel(id: string): void;
  cancelAll(): void;
}

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
    begin(title, work, lastWords = () => 'done') {
      const id = `task-${next++}`;
      const abort = new AbortController();
      let toldAt = 0;
      const entry = {
        status: { id, title, state: 'running', message: '', startedAt: Date.now() } as TaskStatus,
        cancel: () => abort.abort(),
      };
      entries.set(id, entry);
      const tell = (change: Partial<TaskStatus>, always: boolean) => {
        entry.status = { ...entry.status, ...change };
        if (!always && Date.now() - toldAt < TELL_EVERY) return;
        toldAt = Date.now();
        changed(entry.status);
      };
      tell({}, true);
      const end = (state: 'done' | 'failed' | 'cancelled', message: string) => {
        tell({ state, message, endedAt: Date.now() }, true);
        forget();
      };
      const report = (progress: Progress) => {
        if (entry.status.state === 'running') tell(progress, progress.message !== entry.status.message);
      };
      const result = work(report, abort.signal).then(
        (value) => (end('done', lastWords(value)), value),
        (error: unknown) => {
          if (abort.signal.aborted) end('cancelled', 'cancelled');
          else end('failed', error instanceof Error ? error.message : String(error));
          throw error;
        },
      );
      // The list shows the failure; whoever also awaits the result gets it too.
      result.catch(() => undefined);
      return { id, result, cancel: entry.cancel };
    },
    cancel(id) {
      const entry = entries.get(id);
      if (!entry) throw new ContractError('missing', 'this task no longer exists');
      entry.cancel();
    },
    cancelAll: () => entries.forEach((entry) => entry.cancel()),
  };
}
