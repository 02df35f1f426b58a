/** A machine from files: the definition that the answers on the page for a new machine make. */
import { boardOf, USUAL_BOARD } from '../../../preload/contract/definition/boards.ts';
import { newDefinition } from '../../../preload/contract/definition/new-definition.ts';
import { ALL_FIELDS, withValue } from '../../../preload/contract/definition/walk.ts';
import type { FileInspection, TemplateStatus } from '../../../preload/contract/images.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { baseName } from '../files/host-path.ts';
import { t } from '../../words/words.ts';
import { factOf } from '../../words/contract-words.ts';

/** What is asked for: the fields that are declared so, those of the chosen kind of boot. */
export const askedFields = ({ boot }: MachineDefinition) =>
  ALL_FIELDS.filter(({ field: { asked, boots } }) =>
    asked === true ? boots?.includes(boot.kind) !== false : asked?.includes(boot.kind) === true,
  );

/** What the serial console needs, and nothing else: a person sees output at once. */
export const FIRST_MACHINE: MachineDefinition = newDefinition({
  name: '',
  boot: { kind: boardOf(USUAL_BOARD).boots[0] ?? 'linux', commandLine: boardOf(USUAL_BOARD).commandLine },
});

/** In place of a template's name: a person's own files. */
export const OWN_FILES = 'own files';

/** Everything that the page is filled in with. */
export interface NewMachineForm {
  /** A template, or `OWN_FILES`; empty until one is chosen. */
  readonly template: string;
  readonly name: string;
  /** From files: what was answered, also for kinds of boot that are not chosen now. Drafts of older versions have none. */
  readonly machine?: MachineDefinition;
  /** From a template: what is to be otherwise than there. Drafts of older versions have none. */
  readonly changes?: Partial<MachineDefinition>;
  readonly booted: boolean | undefined;
}
export const FIRST_FORM: NewMachineForm = { template: '', name: '', machine: FIRST_MACHINE, booted: undefined };

/** A machine of a template as far as a form needs it: its board's defaults, and what the template says. */
export const templateMachine = ({ name, board, memoryMiB, cores }: TemplateStatus): MachineDefinition =>
  newDefinition({ name, template: name, board, memoryMiB, cores, boot: { kind: 'linux' } });

/** The first of `wanted`, `wanted 2`, `wanted 3` ... that no machine has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken);
  let name = wanted;
  for (let number = 2; names.has(name); number++) name = `${wanted} ${number}`;
  return name;
}

/** A name for a machine made from a file: the file's, without its ending. */
export function nameFromFile(path: string): string {
  const base = baseName(path).replace(/\.(elf|bin|img|gz|raw|qcow2)$/i, '');
  return base.slice(0, 60) || 'machine';
}

/** The definition for the answers; what is for another kind of boot is left out. */
export function definitionOf(answers: MachineDefinition, name: string): MachineDefinition {
  const others = ALL_FIELDS.filter(({ field }) => field.boots?.includes(answers.boot.kind) === false);
  return others.reduce((made, { path }) => withValue(made, path, undefined), { ...answers, name });
}

/** An image as a new machine's disk. It is never written: what the guest writes is kept beside it. */
export const diskOn = (path: string): MachineDefinition['disks'] => (path === '' ? [] : [{ path, readonly: false, writes: 'overlay' }]);

type Kind = FileInspection['kind'];
const DISKS: readonly Kind[] = ['disk', 'foreign-disk', 'compressed-disk'];
const PROGRAMS: readonly Kind[] = ['kernel-image', 'program', 'packed-kernel'];

/**
 * What is wrong with a chosen file for the place it was chosen for; nothing where it fits or nobody knows.
 * @param path the field: `boot.kernel`, `disks`
 * @param wanted the architecture of the machine's board
 */
export function misfit(
  { kind, architecture }: Pick<FileInspection, 'kind' | 'architecture'>,
  path: string,
  wanted: string,
): string | undefined {
  if (kind === 'other-architecture' || (architecture ?? wanted) !== wanted) return t('create.notThisArchitecture', { wanted });
  if (path === 'boot.kernel' && (kind === 'initrd' || DISKS.includes(kind)))
    return t('create.notThat', { what: kind === 'initrd' ? t('create.anInitrd') : t('create.aDiskImage'), wanted: factOf(path) });
  if (path === 'disks' && kind === 'foreign-disk') return t('create.convertFirst');
  if (path === 'disks' && kind === 'compressed-disk') return t('create.decompressFirst');
  if (path === 'disks' && PROGRAMS.includes(kind)) return t('create.programNotDisk');
  if (path === 'boot.initrd' && (kind === 'kernel-image' || kind === 'program')) return t('create.kernelNotInitrd');
  return undefined;
}
