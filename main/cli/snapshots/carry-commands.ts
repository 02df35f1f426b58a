/** `viv snapshot export` and `import`: a machine with all its snapshots as one file. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ContractError } from '../../../preload/contract/contract.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, requireName, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { byteText } from '../figures.ts';
import { followTask } from '../machines/follow-task.ts';
import { forScripts } from '../machines/list-command.ts';
import { refuseTerminal, STANDARD_OUTPUT, throughFile } from '../through-file.ts';
import { machineNamed, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { print, printError, printJson } from '../../output/print.ts';

export const exportPart: Part = {
  summary: 'write the machine with its snapshots into one file',
  help: `viv snapshot export: write a machine with all its snapshots into one file, to be imported elsewhere

Usage: viv snapshot export NAME FILE

An existing FILE is refused. Snapshots that are being stored are waited for; damaged ones are left out and named.
Ctrl-C takes it back. A FILE of - is standard output: the file is made beside the library first, and needs room there.

Examples:
  viv snapshot export box box.vivarium
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, word] = words(positionals, 'NAME', 'FILE') as [string, string];
    if (word === STANDARD_OUTPUT) refuseTerminal();
    const write = async (program: Program, path: string) => {
      const { id } = await machineNamed(program, name);
      const { task } = await followTask(program, () => program.client.services.snapshots.export(id, path));
      const words = (await program.client.services.tasks.list()).find((ended) => ended.id === task)?.message ?? 'done';
      if (words !== 'done') printError(`viv: ${safeText(words)}`);
    };
    const file = resolve(word);
    await withProgram(programThatStays(), (program) =>
      word === STANDARD_OUTPUT ? throughFile((path) => write(program, path)) : write(program, file),
    );
    if (word === STANDARD_OUTPUT) return EXIT.ok;
    print(`${file}: ${byteText(statSync(file).size)}`);
    return EXIT.ok;
  },
};

export const importPart: Part = {
  summary: 'read such a file into a new machine',
  help: `viv snapshot import: read a machine with its snapshots from a file into the library

Usage: viv snapshot import FILE [--name NEW-NAME] [--json]

  --name NEW-NAME    call it so; otherwise it has its old name, changed where that is taken

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
        throw new ContractError('conflict', `there is already a machine called "${name}": choose another name`);
      const { task } = await followTask(program, () => snapshots.import(resolve(word)));
      const id = await snapshots.imported(task);
      if (id === null) throw new ContractError('internal', 'the import ended without a machine');
      return name === undefined ? machines.get(id) : machines.update(id, { name });
    });
    if (values.json) printJson(forScripts(made));
    else print(made.definition.name);
    return EXIT.ok;
  },
};
