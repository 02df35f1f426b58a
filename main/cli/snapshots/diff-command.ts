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
  summary: 'show what changed between two snapshots, or since one',
  help: `viv snapshot diff: show what changed from snapshot A to snapshot B, or from A to the current state

Usage: viv snapshot diff NAME A [B] [--json]

Lists the hardware that differs, then for each disk with an ext2, ext3, ext4 or FAT file system one line per file (A
added, M changed, D removed), then the number of disk clusters and memory pages that differ.

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
