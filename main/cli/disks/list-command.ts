/** `viv disk list`: what a machine's disks stand on and how large they really are. */
import type { DiskStatus } from '../../../preload/contract/disks.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import type { Part } from '../command-group.ts';
import { safeText, shellWord } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { table } from '../table.ts';
import { findProgram, machineNamed, withProgram } from '../machines/program.ts';
import { print, printError, printJson } from '../../output/print.ts';
import { sayDiskTrouble } from './disk-trouble.ts';

function writesText({ readonly, writes }: DiskDefinition, hasBase: boolean): string {
  if (readonly) return 'none, read-only';
  if (writes === 'overlay') return hasBase ? 'overlay' : 'kept in the library';
  if (writes === 'throwaway') return 'discarded on shutdown';
  return 'direct to the file';
}

/** A table of the disks; `definitions` are in slot order. */
export function disksText(definitions: readonly DiskDefinition[], disks: readonly DiskStatus[]): string {
  const rows = disks.map(({ slot, sizeBytes, hostBytes, base }) => {
    const definition = definitions[slot];
    const path = base?.path ?? definition?.path;
    const format = base?.format ?? definition?.format ?? 'raw';
    return [
      String(slot + 1),
      formatBytes(sizeBytes),
      formatBytes(hostBytes),
      definition ? writesText(definition, path !== undefined) : '',
      path === undefined ? 'none' : `${safeText(path)} (${format})`,
    ];
  });
  return table([['DISK', 'SIZE', 'ON HOST', 'WRITES', 'BASE'], ...rows]);
}

export const listPart: Part = {
  summary: 'list the disks and their size on the host',
  help: `viv disk list: list a machine's disks

Usage: viv disk list NAME [--json]

SIZE is what the guest sees. ON HOST is the space the disk uses on the host, without its base image.

  --json    print all details as JSON

Examples:
  viv disk list box
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const { machine, disks } = await withProgram(findProgram('disk list'), async (program) => {
      const found = await machineNamed(program, name);
      return { machine: found, disks: await program.client.services.disks.list(found.id) };
    });
    const { definition } = machine;
    if (values.json) printJson(disks.map((disk) => ({ ...definition.disks[disk.slot], ...disk })));
    else if (disks.length === 0) printError(`viv: no disks: viv disk add ${shellWord(name)} --size 4G adds an empty one`);
    else print(disksText(definition.disks, disks));
    if (!values.json) sayDiskTrouble(disks);
    return EXIT.ok;
  },
};
