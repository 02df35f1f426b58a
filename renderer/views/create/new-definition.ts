/** A machine from files: the definition that the answers of the New dialog make. */
import type { FileInspection } from '../../../preload/contract/images.ts';
import type { BootDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import { baseName } from '../files/host-path.ts';

export interface FileAnswers {
  readonly name: string;
  readonly kind: BootDefinition['kind'];
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly program: string;
  readonly firmware: string;
  readonly disk: string;
  readonly memoryMiB: number;
}
/** What the serial console needs, and nothing else: a person sees output at once. */
export const FIRST_ANSWERS: FileAnswers = {
  name: '',
  kind: 'linux',
  kernel: '',
  initrd: '',
  commandLine: 'console=ttyS0',
  program: '',
  firmware: '',
  disk: '',
  memoryMiB: 512,
};

/** Everything that the dialog is filled in with. */
export interface NewMachineForm {
  readonly source: 'template' | 'files';
  /** Empty until one is chosen. */
  readonly template: string;
  readonly name: string;
  readonly answers: FileAnswers;
  readonly startNow: boolean;
  readonly booted: boolean | undefined;
}
export const FIRST_FORM: NewMachineForm = {
  source: 'template',
  template: '',
  name: '',
  answers: FIRST_ANSWERS,
  startNow: true,
  booted: undefined,
};

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

/** The definition for the answers; empty paths are left out. */
export function definitionOf(answers: FileAnswers, name: string): MachineDefinition {
  const { kind, kernel, initrd, commandLine, program, firmware, disk, memoryMiB } = answers;
  const some = <K extends string>(key: K, value: string) => (value === '' ? {} : ({ [key]: value } as Record<K, string>));
  const boot: BootDefinition =
    kind === 'linux'
      ? { kind, ...some('kernel', kernel), ...some('initrd', initrd), ...some('commandLine', commandLine), ...some('firmware', firmware) }
      : kind === 'bare'
        ? { kind, ...some('program', program) }
        : { kind, ...some('firmware', firmware) };
  // Images are never written: what the guest writes is kept beside them.
  const disks = disk === '' ? [] : [{ path: disk, readonly: false, writes: 'overlay' as const }];
  return { name, board: 'riscv64-virt', cores: 1, memoryMiB, engine: 'auto', boot, disks, ports: [], note: '' };
}

/** What is wrong with a chosen file for the place it was chosen for; nothing where it fits or nobody knows. */
export function misfit(kind: FileInspection['kind'], place: 'kernel' | 'initrd' | 'program' | 'disk'): string | undefined {
  if (kind === 'other-architecture') return 'This is for another architecture. This board runs riscv64 programs.';
  const kernels = ['riscv64-image', 'riscv64-elf', 'gzip-image'];
  const disks = ['disk', 'foreign-disk', 'compressed-disk'];
  if (place === 'kernel' && (kind === 'initrd' || disks.includes(kind)))
    return `This is ${kind === 'initrd' ? 'an initrd' : 'a disk image'}, not a kernel.`;
  if (place === 'disk' && kind === 'foreign-disk') return 'This disk image must be converted to qcow2 or raw first.';
  if (place === 'disk' && kind === 'compressed-disk') return 'This disk image must be decompressed first.';
  if (place === 'disk' && kernels.includes(kind)) return 'This is a program, not a disk image.';
  if (place === 'initrd' && kernels.slice(0, 2).includes(kind)) return 'This is a kernel, not an initrd.';
  return undefined;
}
