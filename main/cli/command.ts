/** What a command of `viv` is, and how its arguments are read. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CallError } from './call-error.ts';

export interface Command {
  /** Printed by `--help`: usage, options, examples. */
  readonly help: string;
  /** Answers with the exit status; throws `CallError` for a wrong call, other errors for what failed. */
  run(args: readonly string[]): Promise<number>;
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
    throw new CallError((error as Error).message.split('. ')[0] ?? 'wrong call');
  }
}

/** The words of a call, exactly as many as named. @throws CallError */
export function words(positionals: readonly string[], ...names: readonly string[]): readonly string[] {
  if (positionals.length < names.length) throw new CallError(`${names[positionals.length]} is missing`);
  if (positionals.length > names.length) throw new CallError(`"${positionals[names.length]}" is too much`);
  return positionals;
}
