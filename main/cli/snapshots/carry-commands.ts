/** `viv snapshot export` and `import`: a machine with all its snapshots as one file. */
import { leftOutWords } from '../../../preload/contract/task-words.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from '../call-error.ts';
import { readArguments, requireName, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { followTask } from '../machines/follow-task.ts';
import { forScripts } from '../machines/list-command.ts';
import { refuseTerminal, STANDARD_OUTPUT, throughFile } from '../through-file.ts';
import { machineNamed, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { print, printError, printJson } from '../../output/print.ts';

export const exportPart: Part = {
  summary: 'export a machine with its snapshots to one file',
  help: `viv snapshot export: export a machine with all its snapshots to one file

Usage: viv snapshot export NAME FILE

An existing FILE is not overwritten. Snapshots that are being stored are waited for; damaged ones are skipped and
listed. Ctrl-C cancels. With - as FILE the archive goes to standard output; it is written to the library's folder first
and needs space there.

Examples:
  viv snapshot export box box.vivarium
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, word] = words(positionals, 'NAME', 'FILE') as [string, string];
    if (word === STANDARD_OUTPUT) refuseTerminal();
    const write = async (program: Program, path: string) => {
      const { id } = await machineNamed(program, name);
      const { result } = await followTask(program, 'export-machine', () => program.client.services.snapshots.export(id, path));
      const words = leftOutWords(result);
      if (words !== '') printError(`viv: ${safeText(words)}`);
    };
    const file = resolve(word);
    await withProgram(programThatStays(), (program) =>
      word === STANDARD_OUTPUT ? throughFile((path) => write(program, path)) : write(program, file),
    );
    if (word === STANDARD_OUTPUT) return EXIT.ok;
    print(`${file}: ${formatBytes(statSync(file).size)}`);
    return EXIT.ok;
  },
};

export const importPart: Part = {
  summary: 'import a machine from an exported file',
  help: `viv snapshot import: import a machine with its snapshots from a file

Usage: viv snapshot import FILE [--name NEW-NAME] [--json]

  --name NEW-NAME    name of the new machine; default: its old name, or a variant if that is taken

Examples:
  viv snapshot import box.vivarium
  viv snapshot import box.vivarium --name box-from-work
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { name: { type: 'string' }, json: { type: 'boolean' } });
    const [word] = words(positionals, 'FILE') as [string];
    const { name } = values;
    if (name !== undefined) requireName(name, '--name');
    const made = await withProgram(programThatStays(), async (program) => {
      const { snapshots, machines } = program.client.services;
      // Better said before a long import than after it.
      if (name !== undefined && (await machines.list()).some(({ definition }) => definition.name === name))
        throw new ContractError('machine-name-taken', { name });
      const { result } = await followTask(program, 'import-machine', () => snapshots.import(resolve(word)));
      return name === undefined ? machines.get(result.machine) : machines.update(result.machine, { name });
    });
    if (values.json) printJson(forScripts(made));
    else print(made.definition.name);
    return EXIT.ok;
  },
};
