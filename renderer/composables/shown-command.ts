/** The `viv` line that does the same as an action in the window, ready to be pasted into a shell. */
import { shellWord } from '../../preload/contract/foreign-text.ts';
import type { DiskDefinition, MachineDefinition } from '../../preload/contract/machines.ts';

/** The options of a command are ours; every other word may be anything. */
const quote = (word: string): string => (/^--[a-z-]+$/.test(word) ? word : shellWord(word));

const line = (...words: readonly string[]): string => ['npx viv', ...words.map(quote)].join(' ');

/** The command of an action on a stored machine: `npx viv pause debian`. */
export const machineCommand = (
  verb: 'start' | 'console' | 'pause' | 'resume' | 'suspend' | 'reset' | 'stop' | 'delete',
  name: string,
): string => line(verb, name);

/** The command that checks every stored byte. */
export const checkCommand = (): string => line('library', 'check');

/** The command that creates a machine from a template. */
export const createCommand = (name: string, template: string, booted = false): string =>
  line('create', name, '--template', template, ...(booted ? ['--booted'] : []));

/** The verbs of `viv snapshot`: `npx viv snapshot restore debian 'before the upgrade'`. */
export type SnapshotVerb =
  | 'create'
  | 'list'
  | 'restore'
  | 'branch'
  | 'rename'
  | 'note'
  | 'pin'
  | 'unpin'
  | 'protect'
  | 'unprotect'
  | 'delete'
  | 'undelete'
  | 'diff'
  | 'export'
  | 'import';
export const snapshotCommand = (verb: SnapshotVerb, ...words: readonly string[]): string => line('snapshot', verb, ...words);

/** The verbs of `viv disk` that are about one disk; people count disks from 1, the contract's slots from 0. */
export type DiskVerb = 'export' | 'resize' | 'compact' | 'accept';
export const diskCommand = (verb: DiskVerb, name: string, slot: number, ...words: readonly string[]): string =>
  line('disk', verb, name, String(slot + 1), ...words);
export const disksCommand = (name: string): string => line('disk', 'list', name);

/** The command that adds a disk from an image: copied into the library, or used where it is. */
export const importDiskCommand = (name: string, path: string, format: string, copy: boolean): string =>
  line('disk', 'import', name, path, ...(format ? ['--format', format] : []), ...(copy ? [] : ['--reference']));

/** A size as the command line reads it: in the largest unit that holds it exactly. */
export function sizeWord(bytes: number): string {
  const unit = [...'TGMK'].find((_letter, index) => bytes > 0 && bytes % 2 ** (10 * (4 - index)) === 0);
  return unit === undefined ? String(bytes) : `${bytes / 2 ** (10 * ('KMGT'.indexOf(unit) + 1))}${unit}`;
}
const interval = (seconds: number): string =>
  seconds === 0 ? 'off' : seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;

/** A comma inside a file's name is written twice. */
function drive({ path, format, readonly, writes, sizeBytes }: DiskDefinition): string {
  const words = [
    ...(path === undefined ? [] : [`file=${path.replaceAll(',', ',,')}`]),
    ...(format === 'qcow2' ? ['format=qcow2'] : []),
    ...(readonly ? ['readonly'] : writes === 'throwaway' || (writes === 'overlay' && path !== undefined) ? [writes] : []),
    ...(sizeBytes === undefined ? [] : [`size=${sizeWord(sizeBytes)}`]),
  ];
  return words.join(',');
}
const drives = ({ disks }: MachineDefinition): readonly string[] => disks.flatMap((disk) => ['--drive', drive(disk)]);

const deviceOptions = (names: readonly string[]): readonly string[] => names.flatMap((name) => ['--device', name]);

/**
 * The command that makes the changed fields of a stored machine what they are in `draft`; nothing where the changes
 * have no option (a field made empty).
 */
export function setCommand(name: string, draft: MachineDefinition, changed: ReadonlySet<string>): string | undefined {
  const { boot } = draft;
  const options: Readonly<Record<string, readonly string[]>> = {
    name: ['--name', draft.name],
    note: ['--note', draft.note],
    cores: ['--cpus', String(draft.cores)],
    memoryMiB: ['--memory', `${draft.memoryMiB}M`],
    engine: ['--engine', draft.engine],
    virtio: ['--virtio', draft.virtio ?? 'mmio'],
    devices: deviceOptions(draft.devices?.length ? draft.devices : ['none']),
    disks: drives(draft),
    ports: draft.ports.flatMap((port) => ['--port', port.name]),
    checkpoints: [
      ...['--checkpoints', interval(draft.checkpoints?.everySeconds ?? 0)],
      ...(draft.checkpoints?.budgetBytes ? ['--checkpoint-budget', sizeWord(draft.checkpoints.budgetBytes)] : []),
    ],
    onQuit: ['--on-quit', draft.onQuit ?? 'save'],
    'boot.kernel': boot.kernel ? ['--kernel', boot.kernel] : [],
    'boot.initrd': boot.initrd ? ['--initrd', boot.initrd] : [],
    'boot.commandLine': boot.commandLine ? ['--append', boot.commandLine] : [],
    'boot.firmware': boot.firmware ? ['--bios', boot.firmware] : [],
    'boot.program': boot.program ? ['--bare', boot.program] : [],
  };
  // The kind of boot follows from the file that is given.
  const fields = [...changed].filter((field) => field !== 'boot.kind');
  if (fields.length === 0 || fields.some((field) => !options[field]?.length)) return undefined;
  return line('set', name, ...fields.flatMap((field) => options[field] ?? []));
}

/** The command that runs the same definition once, without storing a machine. */
export function runCommand(definition: MachineDefinition): string {
  const { boot, template } = definition;
  const option = (name: string, value: string | undefined) => (value ? [name, value] : []);
  return line(
    'run',
    ...(boot.kernel || boot.program || boot.firmware ? [] : option('--template', template)),
    ...option('--kernel', boot.kernel),
    ...option('--initrd', boot.initrd),
    ...option('--append', boot.commandLine),
    ...option('--bare', boot.program),
    ...option('--bios', boot.firmware),
    ...drives(definition),
    '--memory',
    `${definition.memoryMiB}M`,
    '--cpus',
    String(definition.cores),
    ...(definition.engine === 'auto' ? [] : ['--engine', definition.engine]),
    ...(definition.virtio === 'pci' ? ['--virtio', 'pci'] : []),
    ...deviceOptions(definition.devices ?? []),
  );
}
