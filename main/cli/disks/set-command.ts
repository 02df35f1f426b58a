/** `viv disk set`: what becomes of what the guest writes to a disk. */
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { changeMachine } from '../machines/change-machine.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { writesOf } from './add-command.ts';
import { diskNumber, findDisk, slotOf } from './find-disk.ts';

const OPTIONS = { readonly: { type: 'boolean' }, writable: { type: 'boolean' }, writes: { type: 'string' } } as const;
type Values = { readonly readonly?: boolean; readonly writable?: boolean; readonly writes?: string };

/**
 * The disk as it is to be; what it holds is not touched.
 * @throws CallError
 */
export function changedDisk(disk: DiskDefinition, { readonly, writable, writes: text }: Values): DiskDefinition {
  if (readonly && writable) throw new CallError('--readonly and --writable cannot be combined');
  if (!readonly && !writable && text === undefined) throw new CallError('specify what to change: --readonly, --writable or --writes');
  const writes = text === undefined ? {} : { writes: writesOf(text) };
  const changed = { ...disk, ...writes, ...(readonly || writable ? { readonly: readonly === true } : {}) };
  if (writes.writes === 'direct' && disk.path === undefined)
    throw new CallError('--writes direct: this disk is stored in the library and has no file to write to');
  if (changed.writes === 'direct' && !changed.readonly && disk.format === 'qcow2')
    throw new CallError('--writes direct: a qcow2 image is never written in place');
  return changed;
}

export const setPart: Part = {
  summary: 'change where writes go',
  help: `viv disk set: change where a disk's writes go; takes effect at the next start

Usage: viv disk set NAME DISK [--writes overlay|throwaway|direct] [--readonly|--writable]

DISK is its number in viv disk list. viv undo NAME undoes the change.

  --writes overlay   changes are kept in an overlay
           throwaway changes are discarded when the machine stops
           direct    changes go to the raw file itself; no snapshots are possible
  --readonly         the guest cannot write
  --writable         the guest can write

Examples:
  viv disk set box 1 --writes overlay
`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name, number] = words(positionals, 'NAME', 'DISK') as [string, string];
    const slot = diskNumber(number);
    // What is wrong with the words is said before the library is opened.
    changedDisk({ path: '/', readonly: false }, values);
    await withProgram(findProgram('disk set'), async (program) => {
      const found = await findDisk(program, name, slot);
      await changeMachine(program, name, (machine) => ({
        disks: machine.definition.disks.with(slotOf(machine, found), changedDisk(found.disk, values)),
      }));
    });
    return EXIT.ok;
  },
};
