/** `viv list` and `viv show`: what there is and how it is. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';

/** What `--json` prints of a machine: the status with the name in front. */
const forScripts = (status: MachineStatus) => ({ name: status.definition.name, ...status });

/** Columns as wide as their longest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function row({ definition, state, reason, lastLine }: MachineStatus): readonly string[] {
  const why = reason === state ? '' : reason;
  return [definition.name, state, `${definition.memoryMiB} MiB`, String(definition.cores), why, lastLine.slice(0, 60)];
}

export const listCommand: Command = {
  help: `viv list: list the machines and their states

Usage: viv list [--json] [--deleted]

  --json       as JSON, everything that is known
  --deleted    what is in the bin

Examples:
  viv list
  viv list --json | jq -r '.[] | select(.state == "running") | .name'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' }, deleted: { type: 'boolean' } });
    words(positionals);
    const machines = await withProgram(findProgram('list'), ({ client }) => {
      const { list, bin } = client.services.machines;
      return values.deleted ? bin() : list();
    });
    if (values.json) console.log(JSON.stringify(machines.map(forScripts), null, 2));
    else if (machines.length > 0) console.log(table([['NAME', 'STATE', 'MEMORY', 'CPUS', 'REASON', 'LAST LINE'], ...machines.map(row)]));
    else
      console.error(values.deleted ? 'viv: the bin is empty' : 'viv: no machines yet: viv create NAME --template debian-riscv64 makes one');
    return EXIT.ok;
  },
};

export const showCommand: Command = {
  help: `viv show: show one machine in full

Usage: viv show NAME [--json]

Examples:
  viv show box
  viv show box --json
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const status = await withProgram(findProgram('show'), (program) => machineNamed(program, name));
    console.log(values.json ? JSON.stringify(forScripts(status), null, 2) : table(facts(status)));
    if (!values.json && status.log) console.log(`\n${status.log}`);
    return EXIT.ok;
  },
};

function facts({ definition, state, reason, startedAt, needsRestart, lastLine, createdAt }: MachineStatus): readonly (readonly string[])[] {
  const { boot } = definition;
  const rows: (readonly [string, string | undefined])[] = [
    ['name', definition.name],
    ['state', reason === state ? state : `${state} (${reason})`],
    ['started', startedAt === undefined ? undefined : new Date(startedAt).toLocaleString()],
    ['needs restart', needsRestart ? 'yes, it was changed while running' : undefined],
    ['template', definition.template],
    ['memory', `${definition.memoryMiB} MiB`],
    ['cpus', String(definition.cores)],
    ['engine', definition.engine],
    ['kernel', boot.kernel],
    ['initrd', boot.initrd],
    ['command line', boot.commandLine],
    ['firmware', boot.firmware],
    ['program', boot.program],
    ...definition.disks.map((disk, index) => [`disk ${index + 1}`, `${disk.path}${disk.readonly ? ' (read-only)' : ''}`] as const),
    ...definition.ports.map((port, index) => [`console ${index + 1}`, port.name] as const),
    ['note', definition.note === '' ? undefined : definition.note],
    ['last line', lastLine === '' ? undefined : lastLine],
    ['created', new Date(createdAt).toLocaleString()],
  ];
  return rows.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
}
