/** Waits for a task of the program: its progress goes to standard error, Ctrl-C cancels it. */
import { ContractError, faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { taskTitle } from '../../../preload/contract/task-words.ts';
import type { TaskKind, TaskKinds, TaskStatus } from '../../../preload/contract/tasks.ts';
import { Interrupted } from '../call-error.ts';
import { progressLine } from '../progress-line.ts';
import type { Program } from './program.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How often the program is asked whether it is still there, in milliseconds. */
const ASK_EVERY = 1000;

/**
 * Begins a task and resolves when it is done, with what `begin` answered.
 * @param begin asks the program for it; Ctrl-C before its answer cancels the task as soon as its id is known
 * @param _kind of the task, which says what its result is
 * @throws Interrupted when it was cancelled; ContractError with the task's own message when it failed
 */
export async function followTask<K extends TaskKind, T extends { readonly task: string }>(
  { client }: Program,
  _kind: K,
  begin: () => Promise<T>,
): Promise<T & { readonly result: TaskKinds[K]['result'] }> {
  const { tasks } = client.services;
  const line = progressLine();
  const seen = new Map<string, TaskStatus>();
  const ended = Promise.withResolvers<TaskStatus>();
  let wanted: string | undefined;
  let interrupted = false;
  const look = (status: TaskStatus) => {
    seen.set(status.id, status);
    if (status.id !== wanted) return;
    if (status.state === 'running') line.show({ ...status, message: status.message === '' ? taskTitle(status) : status.message });
    else ended.resolve(status);
  };
  // A task that has just ended cannot be cancelled any more, and need not be.
  const cancel = (task: string) => void tasks.cancel(task).catch(() => undefined);
  const interrupt = () => {
    interrupted = true;
    if (wanted !== undefined) cancel(wanted);
  };
  const unsubscribe = tasks.changed.on(look);
  const askForIt = () =>
    tasks.list().then(
      (all) => all.forEach(look),
      (error: Error) => ended.reject(error),
    );
  const asking = setInterval(() => void askForIt(), ASK_EVERY);
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    const answer = await begin();
    wanted = answer.task;
    if (interrupted) cancel(wanted);
    // It may have ended before its id was known here.
    const known = seen.get(wanted);
    if (known) look(known);
    const { state, fault, result } = await ended.promise;
    if (state === 'cancelled') throw new Interrupted('cancelled');
    if (state === 'failed') throw ContractError.of(fault ?? faultWith('task-failed'));
    return { ...answer, result: result as TaskKinds[K]['result'] };
  } finally {
    clearInterval(asking);
    unsubscribe();
    for (const signal of SIGNALS) process.off(signal, interrupt);
    line.done();
  }
}
