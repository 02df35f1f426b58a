/** `viv snapshot create`: take a snapshot; on request wait until it is stored. */
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

Usage: viv snapshot create NAME [SNAPSHOT-NAME] [--note TEXT] [--wait] [--json]

A running machine pauses for a few milliseconds; its memory, disks and devices are then stored in the background,
and the command ends. Whatever uses the snapshot (restore, branch, diff, export) waits until it is stored, and so
does quitting. If it cannot be stored, for example because the disk is full, it disappears from the list, which is
said where the machines run. Of a machine that is off, only the disks are stored, and the command waits for that.

  --note TEXT    a note
  --wait         wait until the snapshot is stored, and fail if it cannot be; Ctrl-C cancels it
  --json         print the snapshot as JSON

Examples:
  viv snapshot create box
  viv snapshot create box before --note 'before the upgrade'
  viv snapshot create box done --wait && poweroff
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      note: { type: 'string' },
      wait: { type: 'boolean' },
      json: { type: 'boolean' },
    });
    const [machine, name] = words(positionals, 'NAME', '[SNAPSHOT-NAME]') as [string, string | undefined];
    if (name !== undefined) requireName(name, 'SNAPSHOT-NAME');
    const request = { ...(name === undefined ? {} : { name }), ...(values.note === undefined ? {} : { note: values.note }) };
    await withProgram(programThatStays(), async (program) => {
      const { id } = await machineNamed(program, machine);
      const take = () => program.client.services.snapshots.create(id, request);
      const { snapshot } = values.wait ? await followTask(program, 'store-snapshot', take) : await take();
      const now = await snapshotAgain(program, snapshot);
      if (values.json) printJson(now);
      else if (now.state === 'storing') print(`${quoted(now)} is taken; storing continues in the background`);
      else print(`${quoted(now)} is stored: ${formatBytes(now.ownBytes)} of its own, ${formatBytes(now.sharedBytes)} shared`);
    });
    return EXIT.ok;
  },
};
