/** `viv disk add` and `remove`: disks of a machine's definition. */
import { resolve } from 'node:path';
import type { DiskHolder } from '../../../preload/contract/disks.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { byteSize, imageFormat } from '../drive-option.ts';
import { changeMachine } from '../machines/change-machine.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { quoted } from '../snapshots/find-snapshot.ts';
import { sayTroubleOfNew } from './disk-trouble.ts';
import { diskNumber, findDisk, slotOf } from './find-disk.ts';
import { print } from '../../output/print.ts';

const OPTIONS = {
  file: { type: 'string' },
  format: { type: 'string' },
  size: { type: 'string' },
  readonly: { type: 'boolean' },
  writes: { type: 'string' },
} as const;
type Values = { readonly [K in keyof typeof OPTIONS]?: K extends 'readonly' ? boolean : string };

const WRITES = ['overlay', 'throwaway', 'direct'] as const;

/** Reads `overlay`, `throwaway` or `direct`. @throws CallError */
export function writesOf(text: string): (typeof WRITES)[number] {
  const found = WRITES.find((writes) => writes === text);
  if (found === undefined) throw new CallError(`--writes takes overlay, throwaway or direct, not "${text}"`);
  return found;
}

/** What is wrong with options that are right each for itself. */
function contradiction({ file, format, size, readonly, writes }: Values): string | undefined {
  if (file === undefined && size === undefined) return 'specify what to add: --size SIZE for an empty disk, or --file FILE';
  if (file === undefined && format !== undefined) return '--format requires --file';
  if (file === undefined && readonly) return 'an empty disk cannot be read-only';
  if (file === undefined && writes === 'direct') return '--writes direct requires --file: an empty disk is stored in the library';
  if (readonly && writes !== undefined) return '--readonly and --writes cannot be combined';
  if (format === 'qcow2' && writes === 'direct')
    return 'a qcow2 image is never written in place: use --writes overlay to keep changes in an overlay';
  if (file !== undefined && size !== undefined && (readonly || writes === 'direct')) return '--size with --file requires an overlay';
  return undefined;
}

/**
 * The disk that the options describe; what is written to it is kept beside it unless they say otherwise.
 * @throws CallError
 */
export function addedDisk(values: Values): DiskDefinition {
  const wrong = contradiction(values);
  if (wrong !== undefined) throw new CallError(wrong);
  const { file, format, size, readonly = false, writes = 'overlay' } = values;
  if (file === '') throw new CallError('the file name is empty');
  return {
    ...(file === undefined ? {} : { path: resolve(file) }),
    ...(format === undefined ? {} : { format: imageFormat(format, '--format') }),
    readonly,
    ...(readonly ? {} : { writes: writesOf(writes) }),
    ...(size === undefined ? {} : { sizeBytes: byteSize(size, '--size') }),
  };
}

export const addPart: Part = {
  summary: 'add an empty disk or one over an image file',
  help: `viv disk add: add a disk to a machine; a running guest sees it after the next start

Usage: viv disk add NAME --size SIZE [--writes throwaway]
       viv disk add NAME --file FILE [--format raw|qcow2] [--readonly] [--writes overlay|throwaway|direct] [--size SIZE]

The file stays where it is and must not change afterwards, unless the disk writes to it directly. To copy it into the
library instead, use viv disk import.

  --size SIZE        disk size, for example 512M or 4G; space is allocated as the guest writes
  --format FORMAT    format of FILE (default raw)
  --readonly         the guest cannot write
  --writes overlay   changes are kept in an overlay (default)
           throwaway changes are discarded when the machine stops
           direct    changes go to the raw file itself; no snapshots are possible

Examples:
  viv disk add box --size 4G
  viv disk add box --file debian.qcow2 --format qcow2
  viv disk add box --file disk.img --writes direct
`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name] = words(positionals, 'NAME') as [string];
    const disk = addedDisk(values);
    await withProgram(findProgram('disk add'), async (program) => {
      const { id, definition } = await changeMachine(program, name, (machine) => ({ disks: [...machine.definition.disks, disk] }));
      const slot = definition.disks.length;
      print(`disk ${slot + 1}`);
      await sayTroubleOfNew(program, id, slot);
    });
    return EXIT.ok;
  },
};

/** Which snapshots hold a disk's content, and what it takes up on the host in each. */
function holdersText(holders: readonly DiskHolder[]): string {
  if (holders.length === 0) return 'no snapshot contains it';
  const names = holders.map((holder) => `${quoted(holder)} (${formatBytes(holder.hostBytes)})`);
  return `its content is still in ${names.join(', ')}`;
}

export const removePart: Part = {
  summary: 'remove a disk from a machine',
  help: `viv disk remove: remove a disk from a machine; snapshots and image files are kept

Usage: viv disk remove NAME DISK

DISK is its number in viv disk list; disks after it move up. Snapshots that still contain the disk are printed: viv
snapshot restore brings it back, viv disk export --snapshot writes it to a file.

Examples:
  viv disk remove box 2
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, number] = words(positionals, 'NAME', 'DISK') as [string, string];
    const slot = diskNumber(number);
    await withProgram(findProgram('disk remove'), async (program) => {
      const found = await findDisk(program, name, slot);
      const { id } = await changeMachine(program, name, (machine) => ({
        disks: machine.definition.disks.toSpliced(slotOf(machine, found), 1),
      }));
      if (found.disk.id !== undefined) print(holdersText(await program.client.services.disks.holders(id, found.disk.id)));
    });
    return EXIT.ok;
  },
};
