/** `viv snapshot files` and `get`: what is on a machine's disks, in a snapshot or now, and one file of it brought out. */
import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import type { GuestEntry, GuestFolder, GuestPath } from '../../../preload/contract/files.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { missingWords } from '../../../preload/contract/task-words.ts';
import { print, printError, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { diskNumber } from '../disks/find-disk.ts';
import { followTask } from '../machines/follow-task.ts';
import { findProgram, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { refuseTerminal, STANDARD_OUTPUT, throughFile } from '../through-file.ts';
import { SNAPSHOT_HELP, timelineOf } from './find-snapshot.ts';

/** Where on a machine's disks a path is. */
export const PLACE_OPTIONS = { disk: { type: 'string' }, partition: { type: 'string' } } as const;
const OPTIONS_HELP = `  --disk N         its number in viv disk list (default: 1)
  --partition N    default: the first file system of the disk that has it`;
const NOTES = `${SNAPSHOT_HELP}
The word now is the current state; the file systems of a running guest are brought to rest for a moment where its agent
can. ext2, ext3, ext4 and FAT are read.`;

/** The moment that a word means. */
export const NOW_WORD = 'now';

/** A machine and the moment of it that a word means; `null`: now. */
export async function momentOf(program: Program, name: string, word: string): Promise<{ machine: MachineId; moment: SnapshotId | null }> {
  const { machine, snapshot, timeline } = await timelineOf(program, name);
  const isNow = word === NOW_WORD && !timeline.snapshots.some((one) => one.name === NOW_WORD);
  return { machine: machine.id, moment: isNow ? null : snapshot(word).id };
}

/** @throws CallError */
export function guestPathOf(path: string, { disk = '1', partition }: { readonly disk?: string; readonly partition?: string }): GuestPath {
  if (partition !== undefined && !/^[1-9]\d{0,3}$/.test(partition)) throw new CallError('--partition takes a number from 1');
  return { slot: diskNumber(disk), ...(partition === undefined ? {} : { place: `partition ${partition}` }), path };
}

const ENDINGS: Readonly<Record<GuestEntry['kind'], string>> = { file: '', directory: '/', link: '@', other: '' };

/** As `ls -l` lists: size, time, name. */
export function folderText({ entries, omitted }: GuestFolder): string {
  const sizes = entries.map(({ kind, sizeBytes }) => (kind === 'file' ? formatBytes(sizeBytes) : ''));
  const width = Math.max(0, ...sizes.map(({ length }) => length));
  const lines = entries.map(({ name, kind, modifiedAt, target }, index) => {
    const leads = target === undefined ? ENDINGS[kind] : ` -> ${safeText(target)}`;
    const time = modifiedAt > 0 ? momentText(modifiedAt) : ''.padEnd(16);
    return `${(sizes[index] as string).padStart(width)}  ${time}  ${safeText(name)}${leads}`;
  });
  return [...lines, ...(omitted > 0 ? [`and ${omitted} more`] : [])].join('\n');
}

export const filesPart: Part = {
  summary: "list a folder of the guest's disk, in a snapshot or now",
  help: `viv snapshot files: list a folder on a machine's disk as it was in a snapshot, or as it is now

Usage: viv snapshot files NAME SNAPSHOT [FOLDER] [--disk N] [--partition N] [--json]

${OPTIONS_HELP}
  --json           print all details as JSON

${NOTES}

Examples:
  viv snapshot files box before /etc
  viv snapshot files box now /home --disk 2 --partition 1
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...PLACE_OPTIONS, json: { type: 'boolean' } });
    const [name, word, folder = ''] = words(positionals, 'NAME', 'SNAPSHOT', '[FOLDER]') as [string, string, string?];
    const at = guestPathOf(folder, values);
    const found = await withProgram(findProgram('snapshot files'), async (program) => {
      const { machine, moment } = await momentOf(program, name, word);
      return program.client.services.files.list(machine, moment, at);
    });
    if (values.json) printJson(found);
    else if (found.entries.length > 0) print(folderText(found));
    return EXIT.ok;
  },
};

/** Where a file is written: a folder takes it under its own name. */
function targetFor(file: string, target: string | undefined): string {
  const name = basename(file);
  if (target === undefined) return resolve(name);
  const full = resolve(target);
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() ? join(full, name) : full;
}

export const getPart: Part = {
  summary: "copy one file of the guest's disk to this computer",
  help: `viv snapshot get: copy one file from a machine's disk, as it was in a snapshot or is now, to this computer

Usage: viv snapshot get NAME SNAPSHOT FILE [TARGET] [--disk N] [--partition N]

TARGET is a file that does not exist yet, a folder, or - for standard output; without it the file gets its own name in
the current folder. Links are followed inside the guest's file system.

${OPTIONS_HELP}

${NOTES}

Examples:
  viv snapshot get box before /etc/fstab
  viv snapshot get box @1 /var/log/syslog - | less
`,
  async run(args) {
    const { values, positionals } = readArguments(args, PLACE_OPTIONS);
    const [name, word, file, wanted] = words(positionals, 'NAME', 'SNAPSHOT', 'FILE', '[TARGET]') as [string, string, string, string?];
    const at = guestPathOf(file, values);
    if (wanted === STANDARD_OUTPUT) refuseTerminal();
    const take = async (program: Program, target: string) => {
      const { machine, moment } = await momentOf(program, name, word);
      const { result } = await followTask(program, 'take-file', () => program.client.services.files.take(machine, moment, at, target));
      if (result.unrest) printError(`viv: ${missingWords(result.unrest)}`);
      return result.sizeBytes;
    };
    const target = targetFor(file, wanted);
    await withProgram(programThatStays(), async (program) => {
      if (wanted === STANDARD_OUTPUT) return throughFile(async (path) => void (await take(program, path)));
      const sizeBytes = await take(program, target);
      return print(`${target}: ${formatBytes(sizeBytes)}`);
    });
    return EXIT.ok;
  },
};
