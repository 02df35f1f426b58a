/**
 * The signals that this process gets while a guest's command runs on it. SIGINT, SIGTERM and SIGHUP are passed on, as
 * `docker run` does, so that a command can clean up and say its status; `ssh` would only hang up. Unlike there they end the
 * wait when the command does not end by them soon, at the second of them, and at once where nothing can come of it any more.
 * Others are only passed on.
 */
import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof ENDING)[number];
const PASSED_ON = ['SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** Signals' numbers as Linux guests count them; other hosts count some differently. */
const LINUX = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 } as const;

/** How long a command may take to end by a signal, in milliseconds. */
const GRACE = 2000;
/** A terminal sends Ctrl-C to this process and to npx, which passes it on as well: one of the two counts. */
const SAME = 300;

/** As shells report it. */
export const signalStatus = (signal: EndingSignal): number => 128 + constants.signals[signal];

/**
 * Heeds signals from now on.
 * @param command passes one on, where a command runs @returns whether it is worth waiting for what that makes of it
 * @param end ends everything; called at most once
 * @returns lets the signals be what they were
 */
export function heedSignals(command: (number: number) => boolean, end: (signal: EndingSignal) => void): () => void {
  let first: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const finish = (signal: EndingSignal) => {
    clearTimeout(timer);
    if (!over) end(signal);
    over = true;
  };
  const ending = (signal: EndingSignal) => {
    const now = performance.now();
    if (first !== undefined) {
      if (now - first > SAME) finish(signal);
      return;
    }
    if (!command(LINUX[signal])) return finish(signal);
    first = now;
    timer = setTimeout(() => finish(signal), GRACE);
  };
  const passOn = (signal: (typeof PASSED_ON)[number]) => void command(LINUX[signal]);
  for (const signal of ENDING) process.on(signal, ending);
  for (const signal of PASSED_ON) process.on(signal, passOn);
  return () => {
    clearTimeout(timer);
    for (const signal of ENDING) process.off(signal, ending);
    for (const signal of PASSED_ON) process.off(signal, passOn);
  };
}
