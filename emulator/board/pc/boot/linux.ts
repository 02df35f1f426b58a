/** Starts Linux by its 64-bit boot protocol (Linux, Documentation/arch/x86/boot). */
import { utf8 } from '../../../format/bytes.ts';
import { MachineError } from '../../../index.ts';
import { elfProgram, type WantedProgram } from '../../boot/elf.ts';
import { Loader } from '../../boot/loader.ts';
import type { BootRequest, PreparedBoot } from '../../boot/request.ts';
import { type BzImage, readBzImage, unpackedKernel } from './bzimage.ts';
import { COMMAND_LINE, INFORMATION, LISTS, STACK } from './layout.ts';
import { putLongMode } from './long-mode.ts';
import { memoryList } from './memory-list.ts';
import { seedData, zeroPage } from './zero-page.ts';

const SEED_BYTES = 64;
const PAGE = 4096;
/** Where the 64-bit entry is in the decompressor. */
const ENTRY_64 = 0x200;
const COMMAND_LINE_MAX = 2047;
/** The highest byte that a kernel without a header is given of an initrd. */
const INITRD_MAX = 0x7fff_ffff;

export interface LoadedKernel {
  readonly entry: number;
  /** First address after what the kernel takes while it starts. */
  readonly end: number;
  readonly image?: BzImage;
}

/** Loads the kernel of a bzImage: unpacked here where that is possible, else with its own decompressor. */
export function loadBzImage({ inflate, memory }: BootRequest, loader: Loader, file: Uint8Array, wanted: WantedProgram): LoadedKernel {
  const image = readBzImage(file);
  const { preferredAddress, initSize, protectedMode } = image;
  const enough = preferredAddress + initSize;
  if (enough > memory.end) throw new MachineError('boot-memory-too-small', { neededBytes: enough, memoryBytes: memory.size });
  const kernel = unpackedKernel(image, inflate, memory.size);
  if (kernel) {
    const { entry, end } = loader.program('the kernel', elfProgram(kernel, 'the kernel', wanted));
    return { entry, end: Math.max(end, enough), image };
  }
  loader.put('the kernel with its decompressor', preferredAddress, protectedMode, initSize);
  return { entry: preferredAddress + ENTRY_64, end: enough, image };
}

/** Puts an initrd as high as the kernel can reach. @returns where it is */
export function placeInitrd({ memory }: BootRequest, loader: Loader, initrd: Uint8Array, above: number, last: number): number {
  const at = Loader.below(Math.min(memory.end, last + 1), initrd.length);
  if (at < Math.ceil(above / PAGE) * PAGE)
    throw new MachineError('boot-initrd-too-large', { bytes: initrd.length, memoryBytes: memory.size });
  loader.put('the initrd', at, initrd);
  return at;
}

/** Checks and puts a command line. */
export function putCommandLine(loader: Loader, text: string, most = COMMAND_LINE_MAX): void {
  const bytes = utf8(text);
  if (bytes.length > most) throw new MachineError('boot-command-line-too-long', { bytes: bytes.length, most });
  loader.put('the command line', COMMAND_LINE, Uint8Array.of(...bytes, 0));
}

/** Leaves what the kernel asks for and says how to enter it. @param rsdp address of ACPI's root pointer */
export function startLinux(request: BootRequest, loader: Loader, kernel: LoadedKernel, rsdp: number): PreparedBoot {
  const { files, memory, entropy } = request;
  const { image, end, entry } = kernel;
  const { initrd, commandLine } = files.kind === 'linux' ? files : { initrd: undefined, commandLine: '' };
  const at = initrd && initrd.length > 0 ? placeInitrd(request, loader, initrd, end, image?.initrdMax ?? INITRD_MAX) : undefined;
  putCommandLine(loader, commandLine, image?.commandLineMax);
  loader.put('random bytes for the kernel', LISTS, seedData(entropy(SEED_BYTES)));
  const page = zeroPage({
    ...(image ? { header: image.header } : {}),
    ...(at !== undefined && initrd ? { initrd: { at, size: initrd.length } } : {}),
    commandLineAt: COMMAND_LINE,
    commandLineMax: COMMAND_LINE_MAX,
    memory: memoryList(memory.ranges),
    rsdp,
    setupDataAt: LISTS,
  });
  loader.put('the zero page', INFORMATION, page);
  putLongMode(loader);
  return {
    start: { builtInFirmware: false, entry: 'long', pc: BigInt(entry), arguments: [0n, 0n, BigInt(INFORMATION), BigInt(STACK)] },
    log: loader.log,
  };
}
