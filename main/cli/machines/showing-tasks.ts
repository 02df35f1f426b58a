/** Shows on standard error what the program is busy with while a command waits for its answer. */
import { taskTitle } from '../../../preload/contract/task-words.ts';
import { progressLine } from '../progress-line.ts';
import type { Program } from './program.ts';

/** Runs `work` and shows the progress of whatever tasks run meanwhile: a fetch that a start waits for, for example. */
export async function showingTasks<T>({ client }: Program, work: () => Promise<T>): Promise<T> {
  const line = progressLine();
  const stop = client.services.tasks.changed.on((task) =>
    task.state === 'running' ? line.show({ ...task, message: task.message === '' ? taskTitle(task) : task.message }) : undefined,
  );
  try {
    return await work();
  } finally {
    stop();
    line.done();
  }
}
