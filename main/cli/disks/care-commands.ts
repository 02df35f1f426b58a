/** `viv disk resize`, `compact` and `accept`: looking after disks that are there. */
import { EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { byteSize } from '../drive-option.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { followTask } from '../machines/follow-task.ts';
import { findProgram, programThatStays, withProgram, type Program } from '../machines/program.ts';
import { diskNumber, findDisk } from './find-disk.ts';
import { print } from '../../output/print.ts';

export const resizePart: Part = {
  summary: 'make a disk larger',
  help: `viv disk resize: make a disk larger, never smaller; the machine must be off

Usage: viv disk resize NAME DISK SIZE

DISK is its number in viv disk list. The guest sees a larger disk; grow its file system in the guest, for example with
resize2fs.

Examples:
  viv disk resize box 1 8G
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, number, size] = words(positionals, 'NAME', 'DISK', 'SIZE') as [string, string, string];
    const slot = diskNumber(number);
    const sizeBytes = byteSize(size, 'SIZE');
    await withProgram(findProgram('disk resize'), async (program) => {
      const { machine } = await findDisk(program, name, slot);
      await program.client.services.disks.resize(machine.id, slot, sizeBytes);
    });
    return EXIT.ok;
  },
};

/** What a disk takes up here. */
async function hostBytes({ client }: Program, { machine, slot }: Awaited<ReturnType<typeof findDisk>>): Promise<number> {
  return (await client.services.disks.list(machine.id)).find((disk) => disk.slot === slot)?.hostBytes ?? 0;
}

export const compactPart: Part = {
  summary: 'free space that the guest does not use',
  help: `viv disk compact: free the space that the guest has discarded or filled with zeros

Usage: viv disk compact NAME DISK

DISK is its number in viv disk list. Run fstrim in the guest first, so that it discards the blocks it does not use.

Examples:
  viv disk compact box 1
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, number] = words(positionals, 'NAME', 'DISK') as [string, string];
    const slot = diskNumber(number);
    await withProgram(programThatStays(), async (program) => {
      const found = await findDisk(program, name, slot);
      const before = await hostBytes(program, found);
      await followTask(program, 'compact-disk', () => program.client.services.disks.compact(found.machine.id, slot));
      print(`disk ${slot + 1} takes up ${formatBytes(await hostBytes(program, found))}, before ${formatBytes(before)}`);
    });
    return EXIT.ok;
  },
};

export const acceptPart: Part = {
  summary: 'accept a changed base image',
  help: `viv disk accept: accept a base image that has changed

Usage: viv disk accept NAME DISK

A disk whose base image has changed is refused, because its overlay may no longer match. This accepts the image as it
is now. DISK is its number in viv disk list.

Examples:
  viv disk accept box 1
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, number] = words(positionals, 'NAME', 'DISK') as [string, string];
    const slot = diskNumber(number);
    await withProgram(findProgram('disk accept'), async (program) => {
      const { machine } = await findDisk(program, name, slot);
      await program.client.services.disks.acceptBase(machine.id, slot);
    });
    return EXIT.ok;
  },
};
