/** Lets a thread that works in the background of guests stand back where cores are scarce. */
import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** With two that want one core, guests get three quarters of it (sched(7): each step is a factor of 1.25). */
const NICENESS = 5;

/** Makes the calling thread nicer than its program, where the system knows threads by number (Linux, proc(5)); elsewhere it does nothing. */
export function standBack(): void {
  try {
    const [, thread] = /task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
    if (thread === undefined) return;
    setPriority(Number(thread), Math.min(getPriority(Number(thread)) + NICENESS, constants.priority.PRIORITY_LOW));
  } catch {
    // It works as quickly as before.
  }
}
