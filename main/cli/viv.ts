/**
 * The entry of `viv`. Errors go to standard error as one sentence; a wrong call exits with 2. Imports are few and
 * late, because a throwaway machine should run a moment after Enter.
 */
import { enableCompileCache } from 'node:module';
import { CodedError } from '../../emulator/error/coded-error.ts';
import { makeFilesPrivate } from '../library/own-files.ts';
import { print, printError, READER_GONE, settleOutput } from '../output/print.ts';
import { OutputError } from '../output/standard-stream.ts';
import { CallError, EXIT, Interrupted } from './call-error.ts';
import type { Command } from './command.ts';
import { commands, overview } from './commands.ts';

enableCompileCache();
makeFilesPrivate();

const HELP = ['--help', '-h'];

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || HELP.includes(name) || name === 'help') return help(rest, name === undefined);
  if (name === '--version') return printVersion();
  const entry = commands.find((command) => command.name === name);
  if (!entry) throw new CallError(`there is no command "${name}"`);
  return call(await entry.load(), name, rest);
}

/** Runs a command, or that part of it which the first word names. */
async function call(command: Command, name: string, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  const part = partOf(command, first);
  if (part) return call(part, `${name} ${first}`, rest);
  const end = args.findIndex((word) => word === '--' || (command.optionsFirst && !word.startsWith('-')));
  if ((end < 0 ? args : args.slice(0, end)).some((word) => HELP.includes(word))) return show(command.help);
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof CallError) throw new CallError(`${error.message}\nTry: viv ${name} --help`);
    throw error;
  }
}

const partOf = ({ parts }: Command, word: string | undefined): Command | undefined =>
  parts && word !== undefined && Object.hasOwn(parts, word) ? parts[word] : undefined;

async function help([name, part]: readonly string[], wrong: boolean): Promise<number> {
  const entry = commands.find((command) => command.name === name);
  if (name !== undefined && !name.startsWith('-') && !entry) throw new CallError(`there is no command "${name}"`);
  const command = await entry?.load();
  if (command) return show((partOf(command, part) ?? command).help);
  if (!wrong) return show(overview());
  printError(overview());
  return EXIT.wrongCall;
}

function show(text: string): number {
  print(text.replace(/\n$/, ''));
  return EXIT.ok;
}

async function printVersion(): Promise<number> {
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return show((JSON.parse(text) as { version: string }).version);
}

function complain(error: unknown): number {
  // What became of the output is told in one place, see `settleOutput`.
  if (error instanceof OutputError) return error.readerGone ? READER_GONE : EXIT.failed;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CallError) {
    printError(`viv: ${message}${message.includes('Try:') ? '' : '\nTry: viv --help'}`);
    return EXIT.wrongCall;
  }
  if (error instanceof Interrupted) {
    printError(`viv: ${message}`);
    return EXIT.interrupted;
  }
  // Errors made for people say all in their message; of anything else the place is worth knowing.
  printError(`viv: ${!(error instanceof Error) || error instanceof CodedError ? message : (error.stack ?? message)}`);
  return EXIT.failed;
}

const status = await main(process.argv.slice(2)).catch(complain);
// Standard input and sockets of ended machines must not keep the process; what was printed is written out first.
process.exit(await settleOutput(status));
