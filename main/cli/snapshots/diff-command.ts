/** `viv snapshot diff`: what one snapshot has and another, or the present, has not. */
import { EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { showingTasks } from '../machines/showing-tasks.ts';
import { diffText } from './diff-text.ts';
import { SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';
import { print, printJson } from '../../output/print.ts';

export const diffPart: Part = {
  summary: 'say what changed between two, or since one',
  help: `viv snapshot diff: say what changed from snapshot A to snapshot B, or from A to the present

Usage: viv snapshot diff NAME A [B] [--json]

What of the machine's hardware differs; a line a file (A added, M changed, D removed) where a disk has an ext2, ext3, ext4 or FAT file system; then how many
clusters of each disk and pages of memory differ.

${SNAPSHOT_HELP}

Examples:
  viv snapshot diff box before
  viv snapshot diff box @2 @1 --json
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name, from, to] = words(positionals, 'NAME', 'A', '[B]') as [string, string, string?];
    const diff = await withProgram(findProgram('snapshot diff'), async (program) => {
      const { snapshot } = await timelineOf(program, name);
      const [first, second] = [snapshot(from), to === undefined ? null : snapshot(to)];
      return showingTasks(program, () => program.client.services.snapshots.diff(first.id, second?.id ?? null));
    });
    if (values.json) printJson(diff);
    else print(diffText(diff));
    return EXIT.ok;
  },
};
