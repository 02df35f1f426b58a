/** `viv usage`: how busy this computer is, and what the library takes of its disk. */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { safeText } from '../../preload/contract/foreign-text.ts';
import { SHARED_USE_WORDS, type HostFigures, type StorageUse } from '../../preload/contract/host.ts';
import { print, printJson } from '../output/print.ts';
import { EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';
import { findProgram, withProgram } from './machines/program.ts';
import { table } from './table.ts';

/** Uses smaller than this say nothing to a person; `--json` has them all. */
const WORTH_A_LINE = 1024;

export const usageCommand: Command = {
  help: `viv usage: show how busy this computer is, and what the library takes of its disk

Usage: viv usage [--json]

  --json       print all figures, in bytes and percent, as JSON

A machine counts with what it has alone: deleting it permanently frees that much.

Examples:
  viv usage
  viv usage --json | jq .storage.totalBytes
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    words(positionals);
    const [host, storage] = await withProgram(findProgram('usage'), async ({ client: { services } }) =>
      Promise.all([services.application.hostFigures(), services.application.storageUse()]),
    );
    if (values.json) printJson({ host, storage });
    else print(`${hostTable(host)}\n\n${storageTable(storage)}`);
    return EXIT.ok;
  },
};

function hostTable(host: HostFigures): string {
  const { cores, cpuPercent, memoryBytes, memoryFreeBytes, ownMemoryBytes, diskBytes, diskFreeBytes } = host;
  return table([
    ['CPU', `${Math.round(cpuPercent)} % of ${cores} ${cores === 1 ? 'core' : 'cores'}`],
    [
      'memory',
      `${formatBytes(memoryBytes - memoryFreeBytes)} of ${formatBytes(memoryBytes)} in use, ${formatBytes(ownMemoryBytes)} by Vivarium`,
    ],
    ['disk', `${formatBytes(diskFreeBytes)} of ${formatBytes(diskBytes)} free`],
  ]);
}

function storageTable({ folder, machines, binBytes, shared, totalBytes }: StorageUse): string {
  const others = Object.entries(SHARED_USE_WORDS).map(([use, text]) => [text, shared[use as keyof typeof shared]] as const);
  const rows = [
    ...machines.map(({ name, bytes }) => [`machine ${safeText(name)}`, bytes] as const),
    ['deleted machines', binBytes] as const,
    ...others.map(([text, bytes]) => [text.charAt(0).toLowerCase() + text.slice(1), bytes] as const),
  ];
  return table([
    [safeText(folder), formatBytes(totalBytes)],
    ...rows.filter(([, bytes]) => bytes >= WORTH_A_LINE).map(([what, bytes]) => [`  ${what}`, formatBytes(bytes)]),
  ]);
}
