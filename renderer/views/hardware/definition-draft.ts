/** A machine's definition while a person edits it: what was changed, what is wrong, what would be stored. */
import { DISKS_MAX } from '../../../preload/contract/checks.ts';
import type { BootDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';

/** A fault at a field: `memoryMiB`, `boot.kernel`, `disks.0.path`. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}
type BootText = Exclude<keyof BootDefinition, 'kind'>;

/** The limits of the board `riscv64-virt`; `preload/contract/checks.ts` holds the same at the border. */
export const LIMITS = { cores: 8, leastMemoryMiB: 16, mostMemoryMiB: 3072, disks: DISKS_MAX, ports: 16, name: 100 } as const;

/** The definition with one text of its boot part changed; an empty text leaves the field out. */
export function withBoot(draft: MachineDefinition, field: BootText, text: string): MachineDefinition {
  const { [field]: _left, ...rest } = draft.boot;
  return { ...draft, boot: text === '' ? rest : { ...rest, [field]: text } };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Names of the fields in which two definitions differ; boot fields as `boot.kernel`. */
export function changedFields(draft: MachineDefinition, stored: MachineDefinition): ReadonlySet<string> {
  const differing = <T extends object>(a: T, b: T, prefix = '') =>
    ([...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T & string)[])
      .filter((key) => !same(a[key], b[key]))
      .map((key) => prefix + key);
  return new Set([...differing(draft, stored).filter((key) => key !== 'boot'), ...differing(draft.boot, stored.boot, 'boot.')]);
}

/** What `machines.update` has to be given so that the stored definition becomes the draft. */
export function patchOf(draft: MachineDefinition, stored: MachineDefinition): Partial<MachineDefinition> {
  const keys = new Set([...changedFields(draft, stored)].map((field) => field.split('.')[0]));
  return Object.fromEntries(Object.entries(draft).filter(([key]) => keys.has(key)));
}

const wholeWithin = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;

/** What the window can see by itself, at each key press; whether files exist is main's to say. */
export function checkDraft(draft: MachineDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: string, message: string) => problems.push({ field, message });
  if (draft.name.trim() === '') refuse('name', 'Give the machine a name.');
  if (!wholeWithin(draft.cores, 1, LIMITS.cores)) refuse('cores', `A whole number from 1 to ${LIMITS.cores}.`);
  if (!wholeWithin(draft.memoryMiB, LIMITS.leastMemoryMiB, LIMITS.mostMemoryMiB))
    refuse('memoryMiB', `A whole number of MiB from ${LIMITS.leastMemoryMiB} to ${LIMITS.mostMemoryMiB}.`);
  const { boot, template } = draft;
  if (boot.kind === 'linux' && !boot.kernel && !template) refuse('boot.kernel', 'Choose the kernel to boot.');
  if (boot.kind === 'bare' && !boot.program && !template) refuse('boot.program', 'Choose the program to run.');
  if (boot.kind === 'firmware' && !boot.firmware) refuse('boot.firmware', 'Choose the firmware to run.');
  draft.disks.forEach((disk, index) => {
    if (disk.path === '') refuse(`disks.${index}.path`, 'Choose a file, or remove this disk.');
    if (disk.path === undefined && disk.id === undefined && !disk.sizeBytes)
      refuse(`disks.${index}.sizeBytes`, 'Give the size of the disk.');
  });
  draft.ports.forEach((port, index) => {
    if (port.name.trim() === '') refuse(`ports.${index}.name`, 'Give the port a name, or remove it.');
    else if (draft.ports.findIndex(({ name }) => name === port.name) !== index)
      refuse(`ports.${index}.name`, 'Another port has this name.');
  });
  return problems;
}

/** Main names list items `disks[0].path`; the form names them `disks.0.path`. */
export const normaliseField = (field: string): string => field.replaceAll(/\[(\d+)\]/g, '.$1');

/** A refused call names the field in its message; as a problem it can be shown where it belongs. */
export function problemOfRefusal(message: string): Problem {
  const match = /^argument \d+\.(\S+) must be (.+)$/i.exec(message);
  return match ? { field: normaliseField(match[1] ?? ''), message: `Must be ${match[2]}.` } : { field: '', message };
}

/** What is wrong with exactly this field. */
export const problemAt = (problems: readonly Problem[], field: string): string | undefined =>
  problems.find((problem) => problem.field === field)?.message;

/** A list with the item at `from` moved to `to`; out of range it stays as it is. */
export function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}
