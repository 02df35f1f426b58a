/** Answers the calls of the contract `tasks` from the task list. */
import type { Handlers } from '../../preload/contract/contract.ts';
import type { tasks } from '../../preload/contract/tasks.ts';
import type { TaskList } from '../tasks/task-list.ts';

/** The handlers of `tasks`. */
export const tasksService = (list: TaskList): Handlers<typeof tasks> => ({
  list: () => list.list(),
  cancel: (id) => list.cancel(id),
  retry: (id) => ({ task: list.retry(id) }),
  log: (id) => list.log(id),
});
