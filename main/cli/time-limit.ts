/** `--timeout SECONDS`. */
import { CallError } from './call-error.ts';

/** @throws CallError when it is no number of seconds */
export function timeLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0 && number <= 1e6)) throw new CallError(`--timeout takes a number of seconds, not "${text}"`);
  return number;
}
