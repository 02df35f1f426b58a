/** Errors on their way between threads: those with a code as code and facts, faults of ours with where they happened. */
import { CodedError, faultOf, type Fault } from './coded-error.ts';

export type SentError = { readonly fault: Fault } | { readonly bug: string; readonly stack: string };

/** What to send of something thrown. */
export function sentError(thrown: unknown): SentError {
  if (thrown instanceof CodedError) return { fault: faultOf(thrown) };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { bug: error.message, stack: error.stack ?? error.message };
}

/** The error again. @param make makes the receiver's own kind of error */
export function receivedError(sent: SentError, make: (fault: Fault) => Error): Error {
  if ('fault' in sent) return make(sent.fault);
  const error = new Error(sent.bug);
  error.stack = sent.stack;
  return error;
}
