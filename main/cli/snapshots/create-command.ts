/** `viv snapshot create`: take a snapshot and wait until it is stored. */
import { readArguments, requireName, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { EXIT } from '../call-error.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { followTask } from '../machines/follow-task.ts';
import { machineNamed, programThatStays, withProgram } from '../machines/program.ts';
import { quoted, snapshotAgain } from './find-snapshot.ts';
import { print, printJson } from '../../output/print.ts';

export const createPart: Part = {
  summary: 'take a snapshot; the machine keeps running',
  help: `viv snapshot create: take a snapshot of a machine

Usage: viv snapshot create NAME [SNAPSHOT-NAME] [--note TEXT] [--no-wait] [--json]

A running machine pauses for a few milliseconds; its memory, disks and devices are then stored in the background. Of a
machine that is off, only the disks are stored. The command ends when the snapshot is stored; Ctrl-C cancels it.

  --note TEXT    a note
  --no-wait      return as soon as the snapshot is taken; it is stored in the background
  --json         print the snapshot as JSON

Examples:
  viv snapshot create box
  viv snapshot create box before --note 'before the upgrade'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      note: { type: 'string' },
      'no-wait': { type: 'boolean' },
      json: { type: 'boolean' },
    });
    const [machine, name] = words(positionals, 'NAME', '[SNAPSHOT-NAME]') as [string, string | undefined];
    if (name !== undefined) requireName(name, 'SNAPSHOT-NAME');
    const request = { ...(name === undefined ? {} : { name }), ...(values.note === undefined ? {} : { note: values.note }) };
    const wait = !values['no-wait'];
    await withProgram(programThatStays(), async (program) => {
      const { id } = await machineNamed(program, machine);
      const take = () => program.client.services.snapshots.create(id, request);
      const { snapshot } = wait ? await followTask(program, 'store-snapshot', take) : await take();
      const now = await snapshotAgain(program, snapshot);
      if (values.json) printJson(now);
      else if (now.state === 'storing') print(`${quoted(now)} is taken and being stored`);
      else print(`${quoted(now)} is stored: ${formatBytes(now.ownBytes)} of its own, ${formatBytes(now.sharedBytes)} shared`);
    });
    return EXIT.ok;
  },
};
