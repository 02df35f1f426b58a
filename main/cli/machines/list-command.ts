/** `viv list` and `viv show`: what there is and how it is. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { factOf } from '../../../preload/contract/definition/rules.ts';
import { ALL_FIELDS, valueAt, type PlacedField } from '../../../preload/contract/definition/walk.ts';
import { valueWords } from '../../../preload/contract/definition/words.ts';
import type { DiskDefinition, MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { table } from '../table.ts';
import { guestAddresses } from './guest-addresses.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';
import { print, printError, printJson } from '../../output/print.ts';

/** What `--json` prints of a machine: the status with the name in front. */
export const forScripts = (status: MachineStatus) => ({
  name: status.definition.name,
  ...status,
  reason: wordsOf(status.reason),
});

/** The state in a word; one that is off with its memory kept goes on from there. */
export const stateWord = ({ state, suspended }: MachineStatus): string => (suspended && state === 'off' ? 'suspended' : state);

/** Addresses on a link alone are of no use to anybody else. */
const isSeenFromOutside = (address: string) => !address.startsWith('fe80:');

/** A machine, and what it is reached at while it runs. */
interface Listed {
  readonly status: MachineStatus;
  readonly addresses: readonly string[];
}

function row({ status, addresses }: Listed, labelled: boolean): readonly string[] {
  const { definition, lastLine } = status;
  const reason = wordsOf(status.reason);
  const state = stateWord(status);
  const why = reason === state ? '' : reason;
  const [address = ''] = addresses.filter(isSeenFromOutside);
  const labels = labelled ? [safeText(definition.group ?? ''), (definition.tags ?? []).map(safeText).join(',')] : [];
  const hardware = [`${definition.memoryMiB} MiB`, String(definition.cores)];
  return [safeText(definition.name), state, ...labels, ...hardware, address, why, lastLine.slice(0, 60)];
}

/** The columns GROUP and TAGS are there where a machine has any. */
function machineTable(machines: readonly Listed[]): string {
  const labelled = machines.some(({ status: { definition } }) => definition.group || definition.tags?.length);
  const head = ['NAME', 'STATE', ...(labelled ? ['GROUP', 'TAGS'] : []), 'MEMORY', 'CPUS', 'ADDRESS', 'REASON', 'LAST LINE'];
  return table([head, ...machines.map((machine) => row(machine, labelled))]);
}

/** Those that have all of the tags and stand in the group, where one is given. */
const among = (machines: readonly MachineStatus[], tags: readonly string[], group: string | undefined): readonly MachineStatus[] =>
  machines.filter(
    ({ definition }) => tags.every((tag) => definition.tags?.includes(tag)) && (group === undefined || (definition.group ?? '') === group),
  );

export const listCommand: Command = {
  help: `viv list: list the machines and their states

Usage: viv list [--json] [--tag WORD]... [--group NAME] | --deleted

  --tag WORD   only machines with this tag; may be repeated
  --group NAME only machines of this group
  --json       print all details as JSON
  --deleted    list the bin, and the space that viv purge would free

Examples:
  viv list
  viv list --tag debian
  viv list --json | jq -r '.[] | select(.state == "running") | .name'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      json: { type: 'boolean' },
      deleted: { type: 'boolean' },
      tag: { type: 'string', multiple: true },
      group: { type: 'string' },
    });
    words(positionals);
    if (values.deleted) return listBin(values.json === true);
    const { all, machines } = await withProgram(findProgram('list'), async (program) => {
      const all = await program.client.services.machines.list();
      const chosen = among(all, values.tag ?? [], values.group);
      const machines = await Promise.all(chosen.map(async (status) => ({ status, addresses: await guestAddresses(program, status) })));
      return { all, machines };
    });
    if (values.json) printJson(machines.map(({ status, addresses }) => ({ ...forScripts(status), addresses })));
    else if (machines.length > 0) print(machineTable(machines));
    else if (all.length > 0) printError('viv: no machine has these tags and this group: viv list shows all');
    else printError('viv: no machines yet: create one with viv create NAME --template debian-riscv64');
    return EXIT.ok;
  },
};

async function listBin(asJson: boolean): Promise<number> {
  const machines = await withProgram(findProgram('list'), ({ client }) => client.services.machines.bin());
  const { binTable } = await import('./bin-table.ts');
  if (asJson) printJson(machines.map(forScripts));
  else if (machines.length > 0) print(binTable(machines));
  else printError('viv: the bin is empty');
  return EXIT.ok;
}

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
    const [status, addresses] = await withProgram(findProgram('show'), async (program) => {
      const found = await machineNamed(program, name);
      return [found, await guestAddresses(program, found)] as const;
    });
    if (values.json) printJson({ ...forScripts(status), addresses });
    else print(`${table(facts(status, addresses))}${status.log ? `\n\n${status.log}` : ''}`);
    return EXIT.ok;
  },
};

/** One disk in words: what it stands on and where writes go. */
export function diskText({ path, format, readonly, writes, sizeBytes }: DiskDefinition): string {
  const remarks = [
    ...(format === 'qcow2' ? ['qcow2'] : []),
    ...(readonly ? ['read-only'] : writes === undefined || writes === 'direct' ? [] : [writes]),
    ...(sizeBytes === undefined ? [] : [formatBytes(sizeBytes)]),
  ];
  return `${path === undefined ? 'in the library' : safeText(path)}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}`;
}

function checkpointsText({ checkpoints }: MachineDefinition): string | undefined {
  if (!checkpoints || checkpoints.everySeconds === 0) return undefined;
  const { everySeconds, budgetBytes } = checkpoints;
  return `every ${everySeconds} s${budgetBytes === 0 ? '' : `, within ${formatBytes(budgetBytes)}`}`;
}

/** Lists and settings that are put into words here, by their field. */
const IN_WORDS: Readonly<Record<string, (definition: MachineDefinition) => readonly (readonly [string, string | undefined])[]>> = {
  disks: ({ disks }) => disks.map((disk, index) => [`disk ${index + 1}`, diskText(disk)]),
  ports: ({ ports }) => ports.map(({ name }, index) => [`console ${index + 1}`, safeText(name)]),
  checkpoints: (definition) => [['checkpoints', checkpointsText(definition)]],
  note: ({ note }) => [['note', note.split('\n').map(safeText).join('\n')]],
};

/** Its owner's fields go by their options, which are shorter. */
const nameOf = ({ path, field }: PlacedField): string =>
  (field.isOwners ? field.options?.[0]?.name.replaceAll('-', ' ') : undefined) ?? factOf(path);

/** A machine's fields but for its name; those that are as in every machine are left out. */
function definedFacts(definition: MachineDefinition): readonly (readonly [string, string | undefined])[] {
  const own = ALL_FIELDS.filter(({ path }) => path !== 'name' && path !== 'boot.kind');
  return own.flatMap(
    (placed) =>
      IN_WORDS[placed.path]?.(definition) ?? [[nameOf(placed), safeText(valueWords(placed.path, valueAt(definition, placed.path)))]],
  );
}

function facts(status: MachineStatus, addresses: readonly string[]): readonly (readonly string[])[] {
  const reason = wordsOf(status.reason);
  const { definition, startedAt, needsRestart, lastLine, createdAt } = status;
  const state = stateWord(status);
  const rows: (readonly [string, string | undefined])[] = [
    ['name', safeText(definition.name)],
    ['state', reason === state ? state : `${state} (${reason})`],
    ['started', startedAt === undefined ? undefined : momentText(startedAt)],
    ['addresses', addresses.join(', ')],
    ['needs restart', needsRestart ? 'yes, changed while running' : undefined],
    ...definedFacts(definition),
    ['last line', lastLine],
    ['created', momentText(createdAt)],
  ];
  return rows.filter((entry): entry is readonly [string, string] => (entry[1] ?? '') !== '');
}
