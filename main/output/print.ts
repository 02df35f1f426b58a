/**
 * What the program says on its standard streams: the only place that writes there. Text is made safe for a terminal
 * (see foreign-text.ts), because any of it may quote what a guest or a file says; bytes go out as they are.
 */
import { safeJson, safeLines } from '../../preload/contract/foreign-text.ts';
import { openStandardStream, type StandardStream } from './standard-stream.ts';

let output: StandardStream | undefined;
let errors: StandardStream | undefined;

/** Standard output. For bytes that go out as they are, and whoever must wait for a slow reader. */
export const standardOutput = (): StandardStream => (output ??= openStandardStream(1));
/** Standard error. */
export const standardError = (): StandardStream => (errors ??= openStandardStream(2));

/** What cannot be written is told by `settleOutput`. */
const send = (stream: StandardStream, text: string) => void stream.write(text).catch(() => undefined);

/** Prints lines on standard output. */
export const print = (text: string): void => send(standardOutput(), `${safeLines(text)}\n`);

/** Prints a value as JSON on standard output, for scripts. */
export const printJson = (value: unknown): void => send(standardOutput(), `${safeJson(JSON.stringify(value, null, 2))}\n`);

/** Prints lines on standard error. */
export const printError = (text: string): void => send(standardError(), `${safeLines(text)}\n`);

/** Statuses with which a command ends because of its output, as shells know them. */
const CANNOT_WRITE = 1;
/** 128 + SIGPIPE. */
export const READER_GONE = 141;
/** From here on a status means that the command was ended from outside: by its time limit, or by a signal. */
const ENDED_FROM_OUTSIDE = 124;
/** How long output that nobody reads may hold up such an end, in milliseconds. */
const PATIENCE = 200;

/**
 * Waits until everything printed has been taken, and says in one sentence what could not be written. A reader that has
 * left is no fault and nothing is said.
 * @returns the status to end with: 1 for output that was lost, 141 for a reader that left, where `status` says success
 */
export async function settleOutput(status: number): Promise<number> {
  const flushed = Promise.all([output?.flushed(), errors?.flushed()]);
  if (status < ENDED_FROM_OUTSIDE || status === READER_GONE) await flushed;
  else await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const failure = output?.failure;
  if (!failure) return status;
  if (failure.readerGone) return status === 0 ? READER_GONE : status;
  printError(`viv: ${failure.message}`);
  await errors?.flushed();
  return status === 0 || status === READER_GONE ? CANNOT_WRITE : status;
}
