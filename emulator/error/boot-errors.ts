/** Errors of what a machine boots from: files of other machines, damaged ones, ones that do not fit. */
import { formatBytes } from '../quantities/bytes.ts';
import { entry, type Fault } from './coded-error.ts';

/** Which file it is: "the kernel", with its path where that is known: "the kernel /boot/vmlinux". */
type What = { readonly what: string };
/** The same of errors that only one file can have. */
type Whose = { readonly what?: string };
const AGAIN = 'get the file again';

export const bootErrors = {
  'boot-file-unusable': entry<What & { why: Fault }>('unavailable', ({ what, why }, say) => `${what} cannot be used: ${say(why)}`),
  /** `wanted` says what the board takes, in its own words. */
  'boot-file-other': entry<What & { description: string; wanted: string }>(
    'invalid',
    ({ what, description, wanted }) => `${what} is ${description}; ${wanted}`,
  ),
  /** A kernel for another board of the program; `architecture` is what this board runs. */
  'boot-for-other-board': entry<Whose & { description: string; board: string; architecture: string }>(
    'invalid',
    ({ what = 'the kernel', description, board, architecture }) =>
      `${what} is ${description}: choose the board ${board} for it, or a ${architecture} kernel`,
  ),
  /** `advice` says what the board runs, or (`near`) how to build for a relative of the file's machine. */
  'boot-elf-other': entry<What & { machine: string; advice: string; near: boolean }>('invalid', ({ what, machine, advice, near }) =>
    near ? `${what} is for ${machine}; ${advice}` : `${what} is an ELF file for ${machine}; ${advice}`,
  ),
  'boot-elf-not-a-program': entry<What>(
    'invalid',
    ({ what }) => `${what} is an ELF file but not a program (an object or core file): link it first`,
  ),
  'boot-elf-damaged': entry<What & { finding: string }>(
    'damaged',
    ({ what, finding }) => `${what} is a truncated or damaged ELF file (${finding}): ${AGAIN}`,
  ),
  'boot-gzip-damaged': entry<What & { detail: string }>(
    'damaged',
    ({ what, detail }) => `${what} is a truncated or damaged gzip file (${detail}): ${AGAIN}`,
  ),
  'boot-unpacks-too-large': entry<What & { limit: number }>(
    'invalid',
    ({ what, limit }) => `${what} unpacks to more than the ${formatBytes(limit)} of memory this machine has: give the machine more memory`,
  ),
  'boot-truncated': entry<What & { kind: string; bytes?: number; wanted?: number }>(
    'damaged',
    ({ what, kind, bytes, wanted }) =>
      `${what} is a truncated ${kind}${bytes === undefined || wanted === undefined ? '' : ` (${formatBytes(bytes)} of ${formatBytes(wanted)})`}: ${AGAIN}`,
  ),
  'boot-cut-off': entry<What>('damaged', ({ what }) => `${what} is truncated: ${AGAIN}`),
  'boot-not-unpacked': entry<Whose & { description: string; detail: string }>(
    'damaged',
    ({ what = 'the kernel', description, detail }) => `${what} is ${description} that cannot be unpacked (${detail}): ${AGAIN}`,
  ),
  'boot-payload-damaged': entry<Whose & { detail: string }>(
    'damaged',
    ({ what = 'the kernel', detail }) => `${what} is a bzImage with a damaged kernel in it (${detail}): ${AGAIN}`,
  ),
  'boot-protocol-old': entry<Whose & { version: string }>(
    'invalid',
    ({ what = 'the kernel', version }) =>
      `${what} speaks version ${version} of the boot protocol, which is too old to be started in 64-bit mode: give a kernel of Linux 3.8 or later`,
  ),
  'boot-memory-too-small': entry<Whose & { neededBytes: number; memoryBytes: number }>(
    'invalid',
    ({ what = 'the kernel', neededBytes, memoryBytes }) =>
      `${what} needs ${formatBytes(neededBytes)} of memory to start, and this machine has ${formatBytes(memoryBytes)}: give the machine more memory`,
  ),
  'boot-command-line-too-long': entry<{ bytes: number; most: number }>(
    'invalid',
    ({ bytes, most }) => `the command line has ${bytes} bytes, and this kernel takes ${most}: make it shorter`,
  ),
  'boot-multiboot-flags': entry<What & { flags: string }>(
    'invalid',
    ({ what, flags }) => `${what} asks of its loader what there is not (multiboot flags ${flags}): build it without`,
  ),
  'boot-initrd-too-large': entry<Whose & { bytes: number; memoryBytes: number }>(
    'invalid',
    ({ what = 'the initrd', bytes, memoryBytes }) =>
      `${what} (${formatBytes(bytes)}) does not fit into the machine's ${formatBytes(memoryBytes)} of memory beside the kernel: give the machine more memory or a smaller initrd`,
  ),
  /** Addresses in hexadecimal, as texts: they may be larger than a number holds. */
  'boot-beyond-memory': entry<What & { from: string; to: string; memoryBytes: number; end: string }>(
    'invalid',
    ({ what, from, to, memoryBytes, end }) =>
      `${what} needs ${from} to ${to}, but this machine's ${formatBytes(memoryBytes)} of memory end at ${end}: give the machine more memory`,
  ),
  'boot-overlap': entry<What & { other: string }>(
    'invalid',
    ({ what, other }) => `${what} would lie over ${other}: give the machine more memory or a smaller file`,
  ),
  'boot-entry-outside': entry<What & { entry: string; base: string }>(
    'invalid',
    ({ what, entry: address, base }) =>
      `${what} starts at ${address}, which is in none of its segments in this board's memory: link it for ${base} or above, with its entry in its code`,
  ),
  'boot-linked-outside': entry<What & { address: string; segment: string; base: string }>(
    'invalid',
    ({ what, address, segment, base }) =>
      `${what} is linked for ${address} (${segment}), where this board has no memory: link it for ${base} or above`,
  ),
} as const;
