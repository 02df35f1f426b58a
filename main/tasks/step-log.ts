/** The log of one task: each step with when it began. Of very many steps the first and the latest are kept. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import type { TaskStep } from '../../preload/contract/tasks.ts';

export interface StepLog {
  add(message: Fault): void;
  steps(): readonly TaskStep[];
}

/** Steps kept of the beginning, and of the end. */
const KEPT = 200;

/** Makes an empty log. @param now milliseconds since the epoch; tests give their own */
export function stepLog(now: () => number = Date.now): StepLog {
  const first: TaskStep[] = [];
  const latest: TaskStep[] = [];
  return {
    add(message) {
      const step = { at: now(), message };
      if (first.length < KEPT) return void first.push(step);
      latest.push(step);
      if (latest.length > KEPT) latest.shift();
    },
    steps: () => [...first, ...latest],
  };
}
