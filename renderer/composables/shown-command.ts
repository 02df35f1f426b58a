/** The `viv` line that does the same as an action in the window, ready to be pasted into a shell. */
import { boardOf } from '../../preload/contract/definition/boards.ts';
import type { GuestPath } from '../../preload/contract/files.ts';
import type { OptionCommand } from '../../preload/contract/definition/field.ts';
import { optionWords } from '../../preload/contract/definition/options.ts';
import { writeBytes } from '../../preload/contract/definition/units.ts';
import { ALL_FIELDS, fieldAt, plainText, valueAt } from '../../preload/contract/definition/walk.ts';
import { shellWord } from '../../preload/contract/foreign-text.ts';
import { type NetworkSettings, writeNetworkSettings } from '../../preload/contract/networks.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** The options of a command are ours; every other word may be anything. */
const quote = (word: string): string => (/^--[a-z-]+$/.test(word) ? word : shellWord(word));

const line = (...words: readonly string[]): string => ['npx viv', ...words.map(quote)].join(' ');

/** The command of an action on a stored machine: `npx viv pause debian`. */
export const machineCommand = (
  verb:
    | 'duplicate'
    | 'show'
    | 'start'
    | 'console'
    | 'pause'
    | 'resume'
    | 'suspend'
    | 'reset'
    | 'shutdown'
    | 'stop'
    | 'delete'
    | 'ssh'
    | 'link'
    | 'traffic',
  name: string,
): string => line(verb, name);

/** The command that opens a console to other programs. */
export const attachCommand = (name: string, console: number): string =>
  line('attach', name, ...(console === 0 ? [] : ['--console', String(console)]), '--tcp', '0');

/** The command that logs in to any SSH server in a guest, without a port of this computer's. */
export const proxiedSshCommand = (name: string): string =>
  `ssh -o ProxyCommand=${shellWord(`npx viv connect ${shellWord(name)} 22`)} root@${shellWord(name.replaceAll(/\s/g, '-'))}`;

/** The command that writes what a machine's network card sends and receives to a file. */
export const captureCommand = (name: string): string => line('capture', name, '--write', `${name}.pcapng`);

/** The command that makes a network which machines share. */
export const networkCommand = (verb: 'create', name: string, kind: string): string => line('network', verb, name, '--kind', kind);

/** A command whose words are ours. */
export const plainCommand = (...words: readonly string[]): string => line(...words);

/** The command that says what cards on a network have. */
export const networkSettingsCommand = (name: string, { reach, mtu }: NetworkSettings): string =>
  line('network', 'set', name, ...writeNetworkSettings({ reach, mtu }));

/** The command that checks every stored byte. */
export const checkCommand = (): string => line('library', 'check');

/** The command that creates a machine from a template. */
export const createCommand = (name: string, template: string, booted = false): string =>
  line('create', name, '--template', template, ...(booted ? ['--booted'] : []));

/** The command that creates a machine from a template with some fields otherwise than there. */
export const createChangedCommand = (name: string, template: string, definition: MachineDefinition, changed: readonly string[]): string =>
  line('create', name, '--template', template, ...changed.flatMap((path) => wordsOf(definition, path, 'create')));

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

/** The command that copies one file of a guest's disk to this computer. @param moment a snapshot's name; absent: now */
export const guestFileCommand = (name: string, moment: string | undefined, { slot, place, path }: GuestPath, target: string): string =>
  line(...['snapshot', 'get', name, moment ?? 'now', `/${path.replace(/^\/+/, '')}`, target], ...placeWords(slot, place));

/** The command that runs a second machine beside one. @param snapshot where from; absent: from now */
export const forkCommand = (name: string, snapshot?: string): string =>
  line('fork', name, ...(snapshot === undefined ? [] : ['--snapshot', snapshot]));

/** The command that makes a machine what it was after a change of its history. */
export const revertCommand = (name: string, number: number): string => line('history', name, '--revert', String(number));

/** The command that lists a folder of a guest's disk. @param moment a snapshot's name; absent: now */
export const guestFolderCommand = (name: string, moment: string | undefined, { slot, place, path }: GuestPath): string =>
  line(...['snapshot', 'files', name, moment ?? 'now', `/${path.replace(/^\/+/, '')}`], ...placeWords(slot, place));

/** The options that say on which disk and partition a path is. */
const placeWords = (slot: number, place: string | undefined): readonly string[] => [
  ...(slot === 0 ? [] : ['--disk', String(slot + 1)]),
  ...(place?.startsWith('partition ') ? ['--partition', place.slice('partition '.length)] : []),
];

/** A template's name made of a machine's: what a template may be called has no spaces. */
export const templateNameFor = (machine: string): string =>
  machine
    .normalize('NFKD')
    .replace(/[^\w.+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '') || 'template';

/** The command that saves a machine as a template. */
export const saveTemplateCommand = (machine: string, template: string, note = ''): string =>
  line('template', 'save', machine, template, ...(note ? ['--note', note] : []));

/** The command that pulls a card's cable or plugs it in; people count cards from 1. */
export const linkCommand = (machine: string, card: number, isUp: boolean): string =>
  line('link', machine, String(card + 1), isUp ? 'up' : 'down');

/** The verbs of `viv disk` that are about one disk; people count disks from 1, the contract's slots from 0. */
export type DiskVerb = 'export' | 'resize' | 'compact' | 'accept';
export const diskCommand = (verb: DiskVerb, name: string, slot: number, ...words: readonly string[]): string =>
  line('disk', verb, name, String(slot + 1), ...words);
export const disksCommand = (name: string): string => line('disk', 'list', name);

/** The command that adds a disk from an image: copied into the library, or used where it is. */
export const importDiskCommand = (name: string, path: string, format: string, copy: boolean): string =>
  line('disk', 'import', name, path, ...(format ? ['--format', format] : []), ...(copy ? [] : ['--reference']));

/** A size as the command line reads it. */
export const sizeWord = writeBytes;

/**
 * The command that makes the changed fields of a stored machine what they are in `draft`; nothing where the changes
 * have no option (a field made empty).
 */
export function setCommand(name: string, draft: MachineDefinition, changed: ReadonlySet<string>): string | undefined {
  // The kind of boot follows from the file that is given.
  const paths = [...changed].filter((path) => path !== 'boot.kind');
  const words = paths.map((path) => wordsOf(draft, path, 'set'));
  return words.length === 0 || words.some((own) => own.length === 0) ? undefined : line('set', name, ...words.flat());
}

function wordsOf(definition: MachineDefinition, path: string, command: OptionCommand): readonly string[] {
  const placed = fieldAt(path);
  const value = valueAt(definition, path) ?? placed?.field.absent?.(boardOf(definition.board));
  return placed ? optionWords(placed, value, command) : [];
}

/** The options that make a new machine what a definition says; what every new machine has is left out. */
function optionsFor(definition: MachineDefinition, command: OptionCommand): readonly string[] {
  const board = boardOf(definition.board);
  const own = ALL_FIELDS.some(({ path, field }) => field.startsWith && valueAt(definition, path));
  return ALL_FIELDS.flatMap(({ path, field }) => {
    const usual = field.absent?.(board) ?? field.initial?.(board);
    const value = valueAt(definition, path);
    // A template brings what is settled with it; own files stand instead of one.
    if (field.isFixed && (path === 'template') === own) return [];
    if (!field.alwaysShown && (value === undefined || plainText(value) === plainText(usual))) return [];
    return wordsOf(definition, path, command);
  });
}

/** The command that runs the same definition once, without storing a machine. */
export const runCommand = (definition: MachineDefinition): string => line('run', ...optionsFor(definition, 'run'));

/** The command that makes a machine with this definition. */
export const createFromFilesCommand = (definition: MachineDefinition): string =>
  line('create', definition.name, ...optionsFor(definition, 'create'));
