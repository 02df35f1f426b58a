/** `viv snapshot list` draws the timeline; `viv snapshot show` tells all about one snapshot. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Snapshot, Timeline } from '../../../preload/contract/snapshots.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { safeText, shellWord } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { durationText } from '../../../emulator/quantities/durations.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { stateWord } from '../machines/list-command.ts';
import { table } from '../table.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { newestFirst, quoted, SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';
import { treeRows } from './tree.ts';
import { print, printError, printJson } from '../../output/print.ts';

/** A name longer than this would push the figures off a terminal of 100 columns. */
const LONGEST_NAME = 36;

const KINDS: Readonly<Record<Snapshot['kind'], string>> = {
  manual: 'manual',
  automatic: 'automatic',
  kept: 'kept',
  suspended: 'suspended',
  booted: 'booted',
};

const shortened = (name: string) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

function marks({ pinned, protected: isProtected, state }: Snapshot): readonly string[] {
  return [...(pinned ? ['pinned'] : []), ...(isProtected ? ['protected'] : []), ...(state === 'ready' ? [] : [state])];
}

const uptime = ({ hasMemory, uptimeMs }: Snapshot) => (hasMemory ? durationText(uptimeMs) : 'off');

/** The whole timeline as a table, with a line of sums below it. */
export function timelineText(machine: MachineStatus, timeline: Timeline): string {
  const number = new Map(newestFirst(timeline).map(({ id }, index) => [id, `@${index + 1}`]));
  const rows: (readonly string[])[] = [['SNAPSHOT', 'REF', 'TAKEN', 'UPTIME', 'OWN', 'SHARED', 'KIND']];
  for (const { lanes, snapshot, apart } of treeRows(timeline)) {
    if (apart) rows.push(['']);
    rows.push(
      snapshot
        ? [
            `${lanes} ${shortened(safeText(snapshot.name))}`,
            number.get(snapshot.id) ?? '',
            momentText(snapshot.createdAt),
            uptime(snapshot),
            formatBytes(snapshot.ownBytes),
            formatBytes(snapshot.sharedBytes),
            [KINDS[snapshot.kind], ...marks(snapshot)].join(', '),
          ]
        : [`${lanes} now: ${stateWord(machine)}`],
    );
  }
  const { snapshots, storedBytes, freeBytes } = timeline;
  const count = `${snapshots.length} ${snapshots.length === 1 ? 'snapshot takes' : 'snapshots take'} up ${formatBytes(storedBytes)}`;
  return `${table(rows)}\n\n${count}; ${formatBytes(freeBytes)} free`;
}

export const listPart: Part = {
  summary: 'list the snapshots as a tree',
  help: `viv snapshot list: list a machine's snapshots as a tree, oldest first

Usage: viv snapshot list NAME [--json]

● is a snapshot (kept: the state before a restore), ○ an automatic checkpoint, ◌ one that is being stored, ✗ a damaged
one, * the current state. OWN is the space freed when only that snapshot is deleted; SHARED is shared with others. REF
names it until the next one is taken.

  --json    print all details as JSON

Examples:
  viv snapshot list box
  viv snapshot list box --json | jq -r '.snapshots[] | select(.pinned) | .name'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const { machine, timeline } = await withProgram(findProgram('snapshot list'), (program) => timelineOf(program, name));
    if (values.json) printJson({ ...timeline, snapshots: timeline.snapshots.map(forScripts) });
    else if (timeline.snapshots.length > 0) print(timelineText(machine, timeline));
    else printError(`viv: no snapshots yet: take one with viv snapshot create ${shellWord(name)}`);
    for (const snapshot of timeline.snapshots)
      if (snapshot.state === 'damaged' && !values.json)
        printError(`viv: ${quoted(snapshot)} is damaged${snapshot.reason ? `: ${wordsOf(snapshot.reason)}` : ''}`);
    return EXIT.ok;
  },
};

/** What `--json` prints of a snapshot: with its reason in words. */
const forScripts = (snapshot: Snapshot) => ({ ...snapshot, reason: snapshot.reason ? wordsOf(snapshot.reason) : '' });

function facts(snapshot: Snapshot, parent: Snapshot | undefined): readonly (readonly string[])[] {
  const noteLines = snapshot.note === '' ? [] : snapshot.note.split('\n');
  const rows: (readonly [string, string | undefined])[] = [
    ['name', safeText(snapshot.name)],
    ['id', snapshot.id],
    ['kind', [KINDS[snapshot.kind], ...marks(snapshot)].join(', ')],
    ['state', snapshot.reason && wordsOf(snapshot.reason)],
    ['taken', momentText(snapshot.createdAt)],
    ['after', parent ? safeText(parent.name) : undefined],
    ['guest uptime', snapshot.hasMemory ? durationText(snapshot.uptimeMs) : 'the machine was off'],
    ['memory', snapshot.hasMemory ? `${snapshot.memoryMiB} MiB` : undefined],
    ['own size', formatBytes(snapshot.ownBytes)],
    ['shared size', formatBytes(snapshot.sharedBytes)],
    ...noteLines.map((line, index) => [index === 0 ? 'note' : '', safeText(line)] as const),
  ];
  return rows.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
}

export const showPart: Part = {
  summary: 'show a snapshot in full, with its console',
  help: `viv snapshot show: show one snapshot in full, with the last lines of its console

Usage: viv snapshot show NAME SNAPSHOT [--json]

${SNAPSHOT_HELP}

Examples:
  viv snapshot show box @1
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name, which] = words(positionals, 'NAME', 'SNAPSHOT') as [string, string];
    const { timeline, snapshot } = await withProgram(findProgram('snapshot show'), (program) => timelineOf(program, name));
    const found = snapshot(which);
    if (values.json) {
      printJson(forScripts(found));
      return EXIT.ok;
    }
    print(
      table(
        facts(
          found,
          timeline.snapshots.find(({ id }) => id === found.parent),
        ),
      ),
    );
    const screen = found.thumbnail.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
    if (screen !== '') print(`\n${screen.split('\n').map(safeText).join('\n')}`);
    return EXIT.ok;
  },
};
