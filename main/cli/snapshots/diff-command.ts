/** `viv snapshot diff`: what one snapshot has and another, or the present, has not. */
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { showingTasks } from '../machines/showing-tasks.ts';
import { consoleNumber } from '../machines/console-command.ts';
import { diffText } from './diff-text.ts';
import { fileDiff } from './file-diff.ts';
import { guestPathOf, PLACE_OPTIONS } from './files-commands.ts';
import { SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';
import { print, printJson } from '../../output/print.ts';

export const diffPart: Part = {
  summary: 'show what changed between two snapshots, or since one',
  help: `viv snapshot diff: show what changed from snapshot A to snapshot B, or from A to the current state

Usage: viv snapshot diff NAME A [B] [--file FILE [--disk N] [--partition N] | --console N] [--json]

Lists the hardware that differs, then for each disk with an ext2, ext3, ext4 or FAT file system one line per file (A
added, M changed, D removed), then the number of disk clusters and memory pages that differ.

  --file FILE      the lines of one text file that differ, as diff -u writes them
  --disk N, --partition N
                   where FILE is (default: disk 1, the first file system that has it)
  --console N      what console N (0: the serial port) printed between the two
  --json           print all details as JSON

${SNAPSHOT_HELP}

Examples:
  viv snapshot diff box before
  viv snapshot diff box @2 @1 --json
  viv snapshot diff box before --file /etc/fstab
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...PLACE_OPTIONS,
      json: { type: 'boolean' },
      file: { type: 'string' },
      console: { type: 'string' },
    });
    if (values.file !== undefined && values.console !== undefined) throw new CallError('--file and --console are two different questions');
    const number = values.console === undefined ? undefined : consoleNumber(values.console);
    const [name, from, to] = words(positionals, 'NAME', 'A', '[B]') as [string, string, string?];
    const { file } = values;
    const diff = await withProgram(findProgram('snapshot diff'), async (program) => {
      const { snapshot, machine } = await timelineOf(program, name);
      const [first, second] = [snapshot(from), to === undefined ? null : snapshot(to)];
      if (file !== undefined) return fileDiff(program, machine.id, [first, second], guestPathOf(file, values));
      if (number !== undefined)
        return program.client.services.consoles.between(machine.id, number, first.createdAt, second?.createdAt ?? Date.now());
      return showingTasks(program, () => program.client.services.snapshots.diff(first.id, second?.id ?? null));
    });
    if (values.json) printJson(diff);
    else if ('disks' in diff) print(diffText(diff));
    else if (diff.lines.length > 0) print(diff.lines.map((line) => safeText(line)).join('\n'));
    return EXIT.ok;
  },
};
