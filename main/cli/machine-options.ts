/** The options of `run`, `create` and `set` that say what a machine is, read as the declaration of definitions has them. */
import { resolve } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { anyBoard } from '../../preload/contract/definition/boards.ts';
import type { OptionCommand } from '../../preload/contract/definition/field.ts';
import { optionsOf, type PlacedOption } from '../../preload/contract/definition/options.ts';
import { problemsOf } from '../../preload/contract/schema/problems.ts';
import { CallError } from './call-error.ts';
import { driveOption, readAs } from './drive-option.ts';
import { absoluteShareText } from './shares/share-option.ts';

/** What was given, in the order of the declaration. Paths are absolute. */
export type GivenOptions = readonly GivenOption[];
export interface GivenOption {
  readonly option: PlacedOption;
  /** Of the field, or of the part that the option is for. */
  readonly value: unknown;
}
export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** The options of a command, for `readArguments`. */
export const machineOptions = (command: OptionCommand): ParseArgsOptionsConfig =>
  Object.fromEntries(optionsOf(command).map(({ option }) => [option.name, { type: 'string', multiple: option.multiple ?? false }]));

/** Readers of options that need this computer. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = { drive: driveOption };

/** Options with a path inside their text: the same text with the path made absolute. */
const PATHS_WITHIN: Readonly<Record<string, (text: string) => string>> = { share: absoluteShareText };

function absolute(text: string): string {
  if (text === '') throw new CallError('a file name is empty');
  return resolve(text);
}

function read(option: PlacedOption, texts: readonly string[]): unknown {
  const { name, isFile, read: reader } = option.option;
  if (!reader) return texts.map((text) => READERS[name]?.(text));
  const pathed = isFile ? absolute : (PATHS_WITHIN[name] ?? ((text: string) => text));
  return readAs(`--${name}`, () => reader(texts.map(pathed)));
}

/** What the whole value must be, where the reader does not say. @throws CallError */
function requireFitting({ field, option }: PlacedOption, value: unknown): void {
  const [problem] = option.part === undefined ? problemsOf(field.schema(anyBoard), value) : [];
  if (problem) throw new CallError(`--${option.name} ${problem.message}`);
}

/**
 * Makes sense of a command's options.
 * @throws CallError when a value is wrong or two options cannot be combined
 */
export function givenOptions(command: OptionCommand, values: OptionValues): GivenOptions {
  const given = optionsOf(command).flatMap((option): GivenOption[] => {
    const texts = values[option.option.name];
    if (texts === undefined) return [];
    const value = read(option, [texts].flat() as string[]);
    requireFitting(option, value);
    return [{ option, value }];
  });
  refuseCombinations(given);
  return given;
}

/** Whether the option was given. */
export const isGiven = (given: GivenOptions, name: string): boolean => given.some(({ option }) => option.option.name === name);

const nameOf = ({ option }: GivenOption): string => option.option.name;
/** It says by itself what the machine starts from. */
const isDecisive = ({ option: { path, field } }: GivenOption): boolean =>
  path === 'template' || (field.startsWith !== undefined && field.boots?.length === 1);

function refuseCombinations(given: GivenOptions): void {
  const settled = given.find(({ option: { path, field } }) => field.isFixed && path !== 'template');
  if (settled && isGiven(given, 'template'))
    throw new CallError(`--${nameOf(settled)} cannot be combined with --template, which has its own`);
  const [first, second] = given.filter(isDecisive);
  if (first && second) throw new CallError(`--${nameOf(first)} and --${nameOf(second)} cannot be combined`);
  const kind = first?.option.field.startsWith;
  const useless = kind && given.find(({ option: { field } }) => field.boots?.includes(kind) === false);
  if (first && useless) throw new CallError(`--${nameOf(useless)} cannot be combined with --${nameOf(first)}`);
}
