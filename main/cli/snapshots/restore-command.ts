/** `viv snapshot restore` and `branch`: go back, or go on from there as another machine. */
import { EXIT } from '../call-error.ts';
import { readArguments, requireName, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { forScripts, stateWord } from '../machines/list-command.ts';
import { findProgram, machineNamed, programThatStays, withProgram } from '../machines/program.ts';
import { showingTasks } from '../machines/showing-tasks.ts';
import { sayTakenAddresses } from '../machines/taken-addresses.ts';
import { hardwareLines } from './hardware-text.ts';
import { quoted, SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';
import { print, printJson } from '../../output/print.ts';
import type { HardwareChange } from '../../../preload/contract/snapshots.ts';
import { shellWord } from '../../../preload/contract/foreign-text.ts';

function sayHardware(changes: readonly HardwareChange[]): void {
  if (changes.length > 0) print(['this also changes the hardware:', ...hardwareLines(changes).map((line) => `  ${line}`)].join('\n'));
}

export const restorePart: Part = {
  summary: 'restore a snapshot; the current state is kept first',
  help: `viv snapshot restore: restore a machine to a snapshot

Usage: viv snapshot restore NAME SNAPSHOT [--json]

The machine is running, paused or off as it was then, with its memory, cores, disks, ports and boot files; its name,
note, checkpoint settings and --on-quit do not change. Hardware that changes by it is listed before anything is done. If
something has changed since the last snapshot, the current state is kept as a snapshot first, so that you can undo a
restore by restoring that one.

${SNAPSHOT_HELP}

Examples:
  viv snapshot restore box before
  viv snapshot restore box @1
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name, which] = words(positionals, 'NAME', 'SNAPSHOT') as [string, string];
    // A machine that runs afterwards needs a program that stays.
    await withProgram(programThatStays(), async (program) => {
      const target = (await timelineOf(program, name)).snapshot(which);
      const { snapshots } = program.client.services;
      // Said before anything happens; with --json the answer says it.
      if (!values.json) sayHardware(await snapshots.hardwareChanges(target.id));
      const { kept, milliseconds, hardware } = await showingTasks(program, () => snapshots.restore(target.id));
      const { machine, timeline } = await timelineOf(program, name);
      const branch = timeline.snapshots.find(({ id }) => id === kept) ?? null;
      if (values.json) {
        printJson({ machine: forScripts(machine), restored: target, kept: branch, milliseconds, hardware });
        return;
      }
      print(`"${machine.definition.name}" is ${stateWord(machine)} as in ${quoted(target)}, after ${Math.round(milliseconds)} ms`);
      print(branch ? `the previous state is kept as ${quoted(branch)}` : 'nothing had changed since the last snapshot');
    });
    return EXIT.ok;
  },
};

export const branchPart: Part = {
  summary: 'create a new machine from a snapshot',
  help: `viv snapshot branch: create a new machine from a snapshot

Usage: viv snapshot branch NAME SNAPSHOT NEW-NAME [--start] [--json]

The two machines share the data they have in common, but neither affects the other.

${SNAPSHOT_HELP}

  --start    start it immediately

Examples:
  viv snapshot branch box before box-2 --start
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { start: { type: 'boolean', default: false }, json: { type: 'boolean' } });
    const [name, which, newName] = words(positionals, 'NAME', 'SNAPSHOT', 'NEW-NAME') as [string, string, string];
    requireName(newName, 'NEW-NAME');
    const { start } = values;
    await withProgram(start ? programThatStays() : findProgram('snapshot branch'), async (program) => {
      const { id } = (await timelineOf(program, name)).snapshot(which);
      await showingTasks(program, () => program.client.services.snapshots.branch(id, { name: newName, start }));
      const made = await machineNamed(program, newName);
      if (start) await sayTakenAddresses(program, made);
      if (values.json) printJson(forScripts(made));
      else if (!start) print(`start it with viv start ${shellWord(newName)}`);
    });
    return EXIT.ok;
  },
};
