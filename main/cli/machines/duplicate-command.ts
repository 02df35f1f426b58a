/** `viv duplicate`: another machine with the same content. */
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { print } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, requireName, type Command, words } from '../command.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';
import { showingTasks } from './showing-tasks.ts';

export const duplicateCommand: Command = {
  help: `viv duplicate: make a copy of a machine, with its disks and, if it runs, its memory

Usage: viv duplicate NAME [COPY]

The copy is called NAME copy unless COPY says otherwise. Both share what is stored until one of them changes it,
so a copy takes hardly any space at first. The snapshots stay with the first one.

Examples:
  viv duplicate box
  viv duplicate box box-2 && viv start box-2
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, copy] = words(positionals, 'NAME', '[COPY]') as [string, string?];
    if (copy !== undefined) requireName(copy, 'COPY');
    const made = await withProgram(findProgram('duplicate'), async (program) => {
      const { id } = await machineNamed(program, name);
      return showingTasks(program, () => program.client.services.machines.duplicate(id, ...(copy === undefined ? [] : [copy])));
    });
    print(safeText(made.definition.name));
    return EXIT.ok;
  },
};
