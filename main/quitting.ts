/** How a program that keeps machines is told to end, and ends although a thread of it hangs. */
import { threadsLeft } from '../emulator/host/index.ts';
import { ownThreadsLeft } from './threads-left.ts';

/** Signals that come closer together are one: a terminal and npm may both send what a person pressed once. */
const SAME_MS = 1_000;

export interface Quitting {
  /** Ends the program in order: machines are saved or stopped. */
  end(): void;
  /** Does not wait for what is still being saved. */
  hurry(): void;
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP end the program: the first in order, the second without saving what is not saved
 * yet, the third at once, as a crash does (what was stored is safe).
 */
export function endOnSignals({ end, hurry }: Quitting): void {
  let count = 0;
  let last = -Infinity;
  const told = () => {
    const now = performance.now();
    if (now - last < SAME_MS) return;
    last = now;
    count++;
    if (count === 1) return end();
    if (count > 2) return killSelf('ended at once: what was not stored yet is lost');
    console.error('machines that are not saved yet are stopped; once more ends the program at once');
    hurry();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, told);
}

/**
 * Ends the process although a thread hangs in a call of the system: Node would wait for it. Call it when everything is
 * closed; it does nothing where all threads have ended.
 */
export function endDespiteThreads(): void {
  if (threadsLeft() + ownThreadsLeft() > 0) killSelf('a thread does not answer, and is ended with the program');
}

function killSelf(why: string): void {
  console.error(why);
  process.kill(process.pid, 'SIGKILL');
}
