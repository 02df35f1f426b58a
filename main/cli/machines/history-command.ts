/** `viv history`: what was changed of a machine and when, and the way back to any of it. */
import { boardOf } from '../../../preload/contract/definition/boards.ts';
import { ALL_FIELDS, plainText, valueAt } from '../../../preload/contract/definition/walk.ts';
import { valueWords } from '../../../preload/contract/definition/words.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import type { DefinitionVersion, MachineDefinition } from '../../../preload/contract/machines.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { print, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';

const WHAT: Readonly<Record<DefinitionVersion['what'], string>> = {
  create: 'created',
  update: 'changed',
  undo: 'undone',
  restore: 'restored a snapshot',
};
/** Longer values say enough with their beginning. */
const MOST_LETTERS = 60;

function wordsAt(definition: MachineDefinition, path: string): string {
  const field = ALL_FIELDS.find((one) => one.path === path)?.field;
  const value = valueAt(definition, path) ?? field?.absent?.(boardOf(definition.board));
  // Lists with editors of their own have no words of their own.
  const text = typeof value === 'object' && field?.words === undefined ? plainText(value) : valueWords(path, value);
  return safeText(text === '' ? 'none' : text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}...` : text);
}

/** What one change made different: `memoryMiB: 512 MiB -> 1024 MiB`. */
function changesOf({ before, after }: DefinitionVersion): readonly string[] {
  if (!before || !after) return [];
  return ALL_FIELDS.filter(({ path }) => plainText(valueAt(before, path)) !== plainText(valueAt(after, path))).map(
    ({ path }) => `${path}: ${wordsAt(before, path)} -> ${wordsAt(after, path)}`,
  );
}

const linesOf = (version: DefinitionVersion): readonly string[] => [
  `${version.number}  ${momentText(version.at)}  ${WHAT[version.what]}${version.after ? '' : ' (its record is damaged)'}`,
  ...changesOf(version).map((line) => `    ${line}`),
];

export const historyCommand: Command = {
  help: `viv history: list what was changed of a machine and when, and go back to any of it

Usage: viv history NAME [--revert CHANGE] [--json]

  --revert CHANGE  make the machine what it was after this change, by its number; its name stays. This is a change of
                   its own, which viv undo takes back
  --json           print all details as JSON

Examples:
  viv history box
  viv history box --revert 17
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' }, revert: { type: 'string' } });
    const [name] = words(positionals, 'NAME') as [string];
    if (values.revert !== undefined && !/^\d{1,15}$/.test(values.revert)) throw new CallError('--revert takes the number of a change');
    return withProgram(findProgram('history'), async (program) => {
      const { id } = await machineNamed(program, name);
      const { machines } = program.client.services;
      if (values.revert !== undefined) await machines.revert(id, Number(values.revert));
      else {
        const versions = await machines.history(id);
        if (values.json) printJson(versions);
        else print(versions.flatMap(linesOf).join('\n'));
      }
      return EXIT.ok;
    });
  },
};
