/** What files that were dropped together make: a machine that boots them, by what each of them is. */
import { BOARD_NAMES, boardOf, USUAL_BOARD } from '../../../preload/contract/definition/boards.ts';
import { newDefinition } from '../../../preload/contract/definition/new-definition.ts';
import type { FileInspection } from '../../../preload/contract/images.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { baseName } from '../files/host-path.ts';
import { diskOn, nameFromFile } from './new-definition.ts';
import { t } from '../../words/words.ts';

export interface Dropped {
  /** Absent where nothing of it can be booted. */
  readonly machine?: MachineDefinition;
  /** What was not used, with the reason, a sentence each. */
  readonly left: readonly string[];
}

const KERNELS: readonly FileInspection['kind'][] = ['kernel-image', 'packed-kernel'];
const UNUSABLE: Partial<Readonly<Record<FileInspection['kind'], (file: string) => string>>> = {
  'foreign-disk': (file) => t('create.foreignDisk', { file }),
  'compressed-disk': (file) => t('create.compressedDisk', { file }),
  'other-architecture': (file) => t('create.otherArchitecture', { file }),
  unrecognised: (file) => t('create.unrecognised', { file }),
};

/** A file that a machine is exported to. */
export const isExport = (path: string): boolean => /\.vivarium$/i.test(path);

const boardFor = (architecture: string | undefined) =>
  BOARD_NAMES.find((name) => boardOf(name).architecture === architecture) ?? USUAL_BOARD;

/** @param files what was dropped, in its order; exported machines are not for here */
export function machineOf(files: readonly FileInspection[]): Dropped {
  const initrd = files.find(({ kind }) => kind === 'initrd');
  const disks = files.filter(({ kind }) => kind === 'disk');
  // An ELF file is a kernel where something is with it that only a kernel can use.
  const elf = files.find(({ kind }) => kind === 'program');
  const kernel = files.find(({ kind }) => KERNELS.includes(kind)) ?? (initrd || disks.length > 0 ? elf : undefined);
  const program = kernel ? undefined : elf;
  const used = new Set<FileInspection | undefined>([kernel, initrd, program, ...disks]);
  const left = files
    .filter((file) => !used.has(file))
    .map(({ path, kind }) => UNUSABLE[kind]?.(baseName(path)) ?? t('create.oneKernel', { file: baseName(path) }));
  const first = kernel ?? program ?? disks[0] ?? initrd;
  if (!first) return { left };
  const board = boardFor((kernel ?? program)?.architecture);
  const { commandLine } = boardOf(board);
  // Without an initial file system the kernel itself has to be told where its root is.
  const root = kernel && !initrd && disks.length > 0 ? ' root=/dev/vda' : '';
  const machine = newDefinition({
    name: nameFromFile(first.path),
    board,
    boot: program
      ? { kind: 'bare', program: program.path }
      : {
          kind: 'linux',
          commandLine: `${commandLine}${root}`,
          ...(kernel ? { kernel: kernel.path } : {}),
          ...(initrd ? { initrd: initrd.path } : {}),
        },
    disks: disks.flatMap(({ path }) => diskOn(path)),
  });
  return { machine, left };
}
