/** `viv disk import` and `export`: image files in and out of the library. */
import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { imageFormat } from '../drive-option.ts';
import { unrestWords } from '../../../preload/contract/task-words.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { followTask } from '../machines/follow-task.ts';
import { machineNamed, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { SNAPSHOT_HELP, timelineOf } from '../snapshots/find-snapshot.ts';
import { diskNumber, findDisk } from './find-disk.ts';
import { print, printError } from '../../output/print.ts';
import { refuseTerminal, STANDARD_OUTPUT, throughFile } from '../through-file.ts';

export const importPart: Part = {
  summary: 'add a disk from an image file, as a copy',
  help: `viv disk import: add a disk from an image file

Usage: viv disk import NAME FILE [--format raw|qcow2] [--reference]

The content is copied into the library; the file is no longer needed.

  --format FORMAT    format of FILE (default: detected)
  --reference        do not copy: the file stays where it is and must not change

Examples:
  viv disk import box debian.qcow2
  viv disk import box big.img --format raw --reference
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { format: { type: 'string' }, reference: { type: 'boolean', default: false } });
    const [name, file] = words(positionals, 'NAME', 'FILE') as [string, string];
    const format = values.format === undefined ? {} : { format: imageFormat(values.format, '--format') };
    await withProgram(programThatStays(), async (program) => {
      const { id } = await machineNamed(program, name);
      const request = { path: resolve(file), ...format, copy: !values.reference };
      await followTask(program, 'add-disk', () => program.client.services.disks.import(id, request));
      print(`disk ${(await machineNamed(program, name)).definition.disks.length}`);
    });
    return EXIT.ok;
  },
};

/** The format asked for, or the one that the file's name says. @throws CallError when neither says it */
function formatFor(file: string, asked: string | undefined): 'raw' | 'qcow2' {
  if (asked !== undefined) return imageFormat(asked, '--format');
  const ending = extname(file).toLowerCase();
  if (ending === '.qcow2') return 'qcow2';
  if (ending === '.img' || ending === '.raw') return 'raw';
  throw new CallError(`cannot tell the format from the name "${file}": add --format raw or --format qcow2`);
}

export const exportPart: Part = {
  summary: 'write a disk as an image file',
  help: `viv disk export: write a disk, as it is now or in a snapshot, as an image file

Usage: viv disk export NAME DISK FILE [--format raw|qcow2] [--snapshot SNAPSHOT] [--compress]

DISK is its number in viv disk list. The file is sparse; an existing one is not overwritten. With - as FILE the image
goes to standard output; it is written to the library's folder first and needs space there. The file systems of a
running guest are brought to rest for a moment where its agent can; otherwise the image is as after a power failure,
which is said.

  --format FORMAT        default: from the file name (.qcow2, .img, .raw)
  --snapshot SNAPSHOT    the disk as it was then
  --compress             a smaller qcow2 file, written more slowly

${SNAPSHOT_HELP}

Examples:
  viv disk export box 1 box.qcow2
  viv disk export box 1 before.img --snapshot before
  viv disk export box 1 - --format raw | zstd > box.img.zst
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      format: { type: 'string' },
      snapshot: { type: 'string' },
      compress: { type: 'boolean' },
    });
    const [name, number, word] = words(positionals, 'NAME', 'DISK', 'FILE') as [string, string, string];
    const slot = diskNumber(number);
    const format = formatFor(word, values.format);
    if (values.compress && format === 'raw') throw new CallError('--compress needs --format qcow2: a raw image has no compression');
    if (word === STANDARD_OUTPUT) refuseTerminal();
    const write = async (program: Program, path: string) => {
      // A disk of a snapshot need not be in the machine any more.
      const { id } = values.snapshot === undefined ? (await findDisk(program, name, slot)).machine : await machineNamed(program, name);
      const snapshot = values.snapshot === undefined ? {} : { snapshot: (await timelineOf(program, name)).snapshot(values.snapshot).id };
      const request = { path, format, ...snapshot, ...(values.compress ? { compress: true } : {}) };
      const { result } = await followTask(program, 'export-disk', () => program.client.services.disks.export(id, slot, request));
      if (result.unrest) printError(`viv: ${unrestWords(result)}`);
    };
    const file = resolve(word);
    await withProgram(programThatStays(), (program) =>
      word === STANDARD_OUTPUT ? throughFile((path) => write(program, path)) : write(program, file),
    );
    if (word === STANDARD_OUTPUT) return EXIT.ok;
    const { size, blocks } = statSync(file);
    print(`${file}: ${formatBytes(size)}${blocks * 512 < size ? `, ${formatBytes(blocks * 512)} of it on the host` : ''}`);
    return EXIT.ok;
  },
};
