/** The part `boot` of a definition: what the machine starts from. Files left out come from the template. */
import type { BoardDescription, BootKind } from '../../../emulator/index.ts';
import { field, type Choice, type Field } from './field.ts';
import { choice, hostFile, line } from './kinds.ts';

const KINDS: Readonly<Record<BootKind, { readonly label: string; readonly words: string }>> = {
  linux: { label: 'Linux kernel', words: 'a Linux kernel' },
  bare: { label: 'Bare program', words: 'a bare program' },
  firmware: { label: 'Firmware', words: 'firmware' },
};
const kindsOf = ({ boots }: BoardDescription): readonly Choice[] => boots.map((kind) => ({ value: kind, label: KINDS[kind].label }));

/** What an empty field means: the template's file, or nothing. */
const orTemplate =
  (otherwise: (board: BoardDescription) => string): NonNullable<Field['placeholder']> =>
  (board, { template }) =>
    template === undefined ? otherwise(board) : `From the template ${template}`;

export const bootFields = {
  kind: field(
    choice<BootKind>(
      {
        label: 'Start from',
        fact: 'boots',
        section: 'boot',
        asked: true,
        initial: ({ boots }) => boots[0],
        words: (kind: BootKind) => KINDS[kind]?.words ?? kind,
      },
      kindsOf,
    ),
  ),
  kernel: field(
    hostFile({
      label: 'Kernel',
      section: 'boot',
      asked: true,
      boots: ['linux'],
      startsWith: 'linux',
      placeholder: orTemplate(({ files }) => files.kernel),
      option: { name: 'kernel', value: 'FILE', help: ["a Linux kernel: Image, gzip'd Image, bzImage or ELF"] },
    }),
  ),
  initrd: field(
    hostFile({
      label: 'Initrd',
      fact: 'initial file system',
      section: 'boot',
      asked: true,
      boots: ['linux'],
      placeholder: orTemplate(() => 'None'),
      option: { name: 'initrd', value: 'FILE', help: ['its initial file system'] },
    }),
  ),
  commandLine: field(
    line(
      {
        label: 'Command line',
        fact: 'kernel command line',
        section: 'boot',
        asked: true,
        boots: ['linux'],
        placeholder: orTemplate(({ commandLine }) => commandLine),
        option: { name: 'append', value: 'STRING', help: ['its command line'] },
      },
      2048,
      true,
    ),
  ),
  program: field(
    hostFile({
      label: 'Program',
      section: 'boot',
      asked: true,
      boots: ['bare'],
      startsWith: 'bare',
      placeholder: orTemplate(({ files }) => files.program),
      option: { name: 'bare', value: 'FILE', help: ['a bare program without an operating system (ELF, binary or multiboot)'] },
    }),
  ),
  firmware: field(
    hostFile({
      label: 'Firmware',
      section: 'boot',
      asked: ['firmware'],
      boots: ['linux', 'firmware'],
      startsWith: 'firmware',
      placeholder: ({ files, builtInFirmware }, { boot }) =>
        boot.kind !== 'linux' ? files.firmware : builtInFirmware === undefined ? 'None' : 'Built in',
      option: { name: 'bios', value: 'FILE', help: ['firmware in place of the built-in one'] },
    }),
  ),
};
