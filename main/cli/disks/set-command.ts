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
  if (readonly && writable) throw new CallError('--readonly and --writable do not go together');
  if (!readonly && !writable && text === undefined) throw new CallError('say what to change: --readonly, --writable or --writes');
  const writes = text === undefined ? {} : { writes: writesOf(text) };
  const changed = { ...disk, ...writes, ...(readonly || writable ? { readonly: readonly === true } : {}) };
  if (writes.writes === 'direct' && disk.path === undefined)
    throw new CallError('--writes direct: this disk is kept in the library, there is no file to write into');
  if (changed.writes === 'direct' && !changed.readonly && disk.format === 'qcow2')
    throw new CallError('--writes direct: a qcow2 image is never written in place');
  return changed;
}

export const setPart: Part = {
  summary: 'change where its writes go',
  help: `viv disk set: change where a disk's writes go; a running machine has it after the next start

Usage: viv disk set NAME DISK [--writes overlay|throwaway|direct] [--readonly|--writable]

Disks are counted from 1, as in viv disk list. viv undo NAME takes it back.

  --writes overlay   what the guest writes is kept beside the image
           throwaway it is forgotten when the machine stops
           direct    it goes into the raw file itself; such a machine has no snapshots
  --readonly         the guest cannot write
  --writable         it can

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
