/** Long work with progress and a way to cancel it; it goes on when the window that asked for it is closed. */
import { isDeepStrictEqual } from 'node:util';
import { ContractError, causeOf } from '../../preload/contract/errors/contract-error.ts';
import { canRetry, type TaskKind, type TaskKinds, type TaskStatus, type TaskStep } from '../../preload/contract/tasks.ts';
import { stepLog, type StepLog } from './step-log.ts';

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
  /**
   * Begins the work of a task again, as a new one.
   * @returns the new task's id
   * @throws ContractError `missing` for an unknown id, `conflict` for one that cannot be repeated or did not fail
   */
  retry(id: string): string;
  /** The steps of a task so far. @throws ContractError `missing` for an unknown id */
  log(id: string): readonly TaskStep[];
}

interface Entry {
  status: TaskStatus;
  readonly log: StepLog;
  cancel(): void;
  /** Begins the same again. */
  again(): string;
}

/** Makes a kind's result of what its work answers; nothing for kinds whose result is nothing. */
export type ResultOf<K extends TaskKind, T> = TaskKinds[K]['result'] extends null ? [] : [resultOf: (value: T) => TaskKinds[K]['result']];

/** Ended tasks kept for a person to look at. */
const ENDED_KEPT = 20;
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 100;

/** Makes an empty list; `changed` is called with every change of a task. */
export function taskList(changed: (status: TaskStatus) => void): TaskList {
  const entries = new Map<string, Entry>();
  let next = 1;

  const forget = () => {
    const ended = [...entries.values()].filter(({ status }) => status.state !== 'running');
    for (const { status } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) entries.delete(status.id);
  };

  const find = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new ContractError('task-gone');
    return entry;
  };

  const list: TaskList = {
    list: () => [...entries.values()].map(({ status }) => status),
    begin(kind, subject, work, ...result) {
      const [resultOf] = result;
      const id = `task-${next++}`;
      const abort = new AbortController();
      let toldAt = 0;
      const entry: Entry = {
        status: { id, kind, subject, state: 'running', message: '', startedAt: Date.now() } as TaskStatus,
        log: stepLog(),
        cancel: () => abort.abort(),
        again: () => list.begin(kind, subject, work, ...result).id,
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
        if (entry.status.state !== 'running') return;
        const isStep = !isDeepStrictEqual(progress.message, entry.status.message);
        if (isStep && progress.message !== '') entry.log.add(progress.message);
        tell(progress, isStep);
      };
      const settled = work(report, abort.signal).then(
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
      settled.catch(() => undefined);
      return { id, result: settled, cancel: entry.cancel };
    },
    cancel: (id) => find(id).cancel(),
    cancelAll: () => entries.forEach((entry) => entry.cancel()),
    retry(id) {
      const entry = find(id);
      if (!canRetry(entry.status)) throw new ContractError('task-not-retried');
      const retriedAs = entry.again();
      entry.status = { ...entry.status, retriedAs };
      changed(entry.status);
      return retriedAs;
    },
    log: (id) => find(id).log.steps(),
  };
  return list;
}
