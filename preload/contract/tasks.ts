/** Tasks: long work with progress, a log and a way to cancel, which survives the window that asked for it. */
import { args, nothing, taskId } from './checks.ts';
import { call, contract, event } from './contract.ts';

export interface TaskStatus {
  readonly id: string;
  readonly title: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** What is being done now, or why it failed and what to do next. */
  readonly message: string;
  /** 0 to 1; absent where the amount is not known. */
  readonly fraction?: number;
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
  readonly bytesPerSecond?: number;
  readonly startedAt: number;
  readonly endedAt?: number;
}

export const tasks = contract('tasks', {
  list: call<() => readonly TaskStatus[]>(nothing),
  cancel: call<(id: string) => void>(args(taskId)),
  changed: event<TaskStatus>(),
});
