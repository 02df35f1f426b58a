/** What a command of `viv` is, and how its arguments are read. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { isSafeText, safeText } from '../../preload/contract/foreign-text.ts';
import { NAME_MAX } from '../../preload/contract/schema/shapes.ts';
import { CallError } from './call-error.ts';

export interface Command {
  /** Printed by `--help`: usage, options, examples. */
  readonly help: string;
  /** Answers with the exit status; throws `CallError` for a wrong call, other errors for what failed. */
  run(args: readonly string[]): Promise<number>;
  /** What follows the first word is not ours: it may look like an option, even `--help`. */
  readonly optionsFirst?: boolean;
  /** Commands of its own, such as `list` of `viv snapshot`. */
  readonly parts?: Readonly<Record<string, Command>>;
}

/**
 * Reads options and words, strictly.
 * @throws CallError for unknown options and missing values
 */
export function readArguments<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node explains at length how to escape values that begin with a dash; the first sentence is what matters.
    throw new CallError((error as Error).message.split('. ')[0] ?? 'invalid arguments');
  }
}

/** Refuses what cannot be a name; `what` is the word in the usage. @throws CallError */
export function requireName(name: string, what: string): void {
  if (name.trim() === '') throw new CallError(`${what} is empty`);
  if (!isSafeText(name)) throw new CallError(`${what} has control characters or direction marks in it: "${safeText(name)}"`);
  if (name.length > NAME_MAX) throw new CallError(`${what} is too long: a name has at most ${NAME_MAX} characters`);
}

/** Reads a call that has words only, at least as many as named. @throws CallError */
export function wordsAtLeast(args: readonly string[], ...names: readonly string[]): readonly string[] {
  const { positionals } = readArguments(args, {});
  words(positionals.slice(0, names.length), ...names);
  return positionals;
}

/** The words of a call, as many as named; a name in brackets, `[TEXT]`, may be absent. @throws CallError */
export function words(positionals: readonly string[], ...names: readonly string[]): readonly string[] {
  const missing = names[positionals.length];
  if (missing !== undefined && !missing.startsWith('[')) throw new CallError(`${missing} is missing`);
  if (positionals.length > names.length) throw new CallError(`unexpected argument "${positionals[names.length]}"`);
  return positionals;
}
