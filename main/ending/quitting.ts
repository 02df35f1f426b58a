/** How a program that keeps machines is told to end, and ends although a thread of it hangs. */
import { threadsLeft } from '../../emulator/host/index.ts';
import { printError, standardError } from '../output/print.ts';
import { within } from './patience.ts';
import { ownThreadsLeft } from './threads-left.ts';

/** Signals that come closer together are one: a terminal and npm may both send what a person pressed once. */
const SAME_MS = 1_000;
/** How long a last word may take. */
const PRINTING_MS = 200;

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
    if (count > 2) return void killSelf('quit immediately: unsaved state is lost');
    printError('machines that are not saved yet are stopped; repeat to quit immediately');
    hurry();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, told);
}

/**
 * Ends the process although a thread hangs in a call of the system: Node would wait for it. Call it when everything is
 * closed; it does nothing where all threads have ended.
 */
export async function endDespiteThreads(): Promise<void> {
  if (threadsLeft() + ownThreadsLeft() > 0) await killSelf('a thread does not respond and is terminated');
}

async function killSelf(why: string): Promise<void> {
  printError(why);
  await within(PRINTING_MS, standardError().flushed());
  process.kill(process.pid, 'SIGKILL');
}
