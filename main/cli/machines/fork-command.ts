/** `viv fork`: a machine that runs beside another. */
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { print } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, requireName, type Command, words } from '../command.ts';
import { SNAPSHOT_HELP, timelineOf } from '../snapshots/find-snapshot.ts';
import { programThatStays, withProgram } from './program.ts';
import { showingTasks } from './showing-tasks.ts';

export const forkCommand: Command = {
  help: `viv fork: run a second machine beside one, from where it is now or from a snapshot

Usage: viv fork NAME [FORK] [--snapshot SNAPSHOT]

The second machine is called NAME fork unless FORK says otherwise. It goes on from the memory and the disks of the
first one, which goes on too; both share what is stored until one of them changes it.

  --snapshot SNAPSHOT  from this snapshot instead of now

${SNAPSHOT_HELP}

Examples:
  viv fork box
  viv fork box box-2 --snapshot before
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { snapshot: { type: 'string' } });
    const [name, fork] = words(positionals, 'NAME', '[FORK]') as [string, string?];
    if (fork !== undefined) requireName(fork, 'FORK');
    const made = await withProgram(programThatStays(), async (program) => {
      const { machine, snapshot } = await timelineOf(program, name);
      const moment = values.snapshot === undefined ? null : snapshot(values.snapshot).id;
      const { snapshots } = program.client.services;
      return showingTasks(program, () => snapshots.fork(machine.id, moment, ...(fork === undefined ? [] : [fork])));
    });
    print(safeText(made.definition.name));
    return EXIT.ok;
  },
};
