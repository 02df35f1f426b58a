/**
 * Prepares a machine's RAM and the first core's registers for its boot source: a Linux kernel under the built-in SBI or
 * under firmware, firmware alone, or a bare program. Placement follows QEMU's hw/riscv/boot.c.
 */
import { elfArchitecture } from '../../../format/elf.ts';
import { identify, type Identity } from '../../../format/identify.ts';
import { MachineError } from '../../../index.ts';
import { elfProgram } from '../../boot/elf.ts';
import { Loader } from '../../boot/loader.ts';
import type { BootRequest } from '../../boot/request.ts';
import type { CoreStart } from '../../kit/core-binding.ts';
import type { DeviceTreeRequest } from '../../kit/plan.ts';
import { DRAM, KERNEL } from '../memory-map.ts';
import { dynamicInfo } from './firmware.ts';
import { linuxImage, unpacked, WANTED_KERNEL } from './image.ts';

/** For whom programs are. */
export const RISCV64 = {
  is: (bytes: Uint8Array) => elfArchitecture(bytes) === 'riscv64',
  others: { '32-bit RISC-V': "this board's cores are 64-bit: build it for rv64" },
  wanted: 'this board runs 64-bit RISC-V programs',
};

const unpackingOf = ({ inflate, memory }: RiscvBootRequest) => ({ inflate, limit: memory.size });

export interface RiscvBootRequest extends BootRequest {
  /** Writes the board's device tree. */
  deviceTree(request: DeviceTreeRequest): Uint8Array;
  readonly bootHart?: number;
}

/** How the boot hart starts. The other harts wait (built-in SBI) or start alike with their own number (M-mode). */
export interface BootState {
  readonly privilege: 'M' | 'S';
  readonly pc: bigint;
  readonly a0: bigint;
  readonly a1: bigint;
  readonly a2: bigint;
  /** Physical addresses of a bare program's `tohost` and `fromhost`. */
  readonly tohost?: number;
  readonly fromhost?: number;
  /** What went where, for the machine's log. */
  readonly log: readonly string[];
}

/** The same for the thread of each core. */
export const coreStart = ({ privilege, pc, a0, a1, a2, tohost, fromhost }: BootState): CoreStart => ({
  builtInFirmware: privilege === 'S',
  pc,
  arguments: [a0, a1, a2],
  ...(tohost === undefined ? {} : { tohost }),
  ...(fromhost === undefined ? {} : { fromhost }),
});

const SEED_BYTES = 32;
/** The device tree starts at a multiple of this, as in QEMU. */
const TREE_ALIGNMENT = 2 * 1024 * 1024;
/** How far after the kernel's start an initrd is put, at most; as in QEMU. */
const INITRD_DISTANCE = 128 * 1024 * 1024;
const PAGE = 4096;
const upTo = (address: number, alignment: number) => Math.ceil(address / alignment) * alignment;

/**
 * Loads everything and says how to start.
 * @throws MachineError for a file that cannot run here or does not fit, with what to do
 */
export function prepareBoot(request: RiscvBootRequest): BootState {
  const { files } = request;
  const loader = new Loader(request.memory);
  if (files.kind === 'bare') return bootBare(request, loader, files.program);
  const firmware = files.firmware && loadFirmware(loader, files.firmware);
  if (files.kind === 'firmware') return bootFirmware(request, loader, firmware as number, undefined);
  const kernel = loadKernel(request, loader, files.kernel, firmware !== undefined);
  const initrd = files.initrd && files.initrd.length > 0 ? placeInitrd(request, loader, files.initrd, kernel.end) : undefined;
  const tree = { bootArguments: files.commandLine, ...(initrd ? { initrd } : {}) };
  if (firmware !== undefined) return bootFirmware(request, loader, firmware, kernel.entry, tree);
  return { ...start(request, loader, 'S', kernel.entry, placeTree(request, loader, tree)), a2: 0n };
}

function start(
  { bootHart = 0 }: RiscvBootRequest,
  { log }: Loader,
  privilege: 'M' | 'S',
  entry: number,
  tree: number,
): Omit<BootState, 'a2'> {
  return { privilege, pc: BigInt(entry), a0: BigInt(bootHart), a1: BigInt(tree), log };
}

function bootBare(request: RiscvBootRequest, loader: Loader, file: Uint8Array): BootState {
  const what = 'the program';
  const program = unpacked(file, what, unpackingOf(request));
  const identity = identify(program);
  if (!isCode(identity))
    throw new MachineError('boot-file-other', {
      what,
      description: identity.description,
      wanted: 'give a riscv64 ELF file or a flat binary for 0x80000000',
    });
  if (identity.kind !== 'elf') {
    loader.put(what, DRAM, program);
    return { ...start(request, loader, 'M', DRAM, placeTree(request, loader, {})), a2: 0n };
  }
  const elf = elfProgram(program, what, RISCV64);
  const { entry, place } = loader.program(what, elf);
  const state = { ...start(request, loader, 'M', entry, placeTree(request, loader, {})), a2: 0n };
  if (elf.tohost === undefined) return state;
  return { ...state, tohost: place(elf.tohost), ...(elf.fromhost === undefined ? {} : { fromhost: place(elf.fromhost) }) };
}

/** Whether a file may be what runs on the bare board: a kernel may, and so may anything that has no mark. */
const isCode = ({ kind }: Identity) => ['elf', 'boot-image', 'unrecognised'].includes(kind);

function bootFirmware(
  request: RiscvBootRequest,
  loader: Loader,
  entry: number,
  next: number | undefined,
  tree: DeviceTreeRequest = {},
): BootState {
  const at = placeTree(request, loader, tree);
  const info = dynamicInfo(next ?? 0, request.bootHart ?? 0);
  const infoAt = Loader.below(at, info.length);
  loader.put('what the firmware starts next', infoAt, info);
  return { ...start(request, loader, 'M', entry, at), a2: BigInt(infoAt) };
}

function loadFirmware(loader: Loader, file: Uint8Array): number {
  const what = 'the firmware';
  const { kind, description } = identify(file);
  if (kind === 'elf') return loader.program(what, elfProgram(file, what, RISCV64)).entry;
  if (kind !== 'unrecognised')
    throw new MachineError('boot-file-other', {
      what,
      description,
      wanted: "give RISC-V M-mode firmware such as OpenSBI's fw_dynamic.bin or fw_jump.elf",
    });
  loader.put(what, DRAM, file);
  return DRAM;
}

function loadKernel(request: RiscvBootRequest, loader: Loader, file: Uint8Array, firmware: boolean): { entry: number; end: number } {
  const what = 'the kernel';
  const bytes = unpacked(file, what, unpackingOf(request));
  const { kind, description } = identify(bytes);
  if (kind === 'elf') return loader.program(what, elfProgram(bytes, what, RISCV64), KERNEL);
  if (kind === 'boot-image') {
    const image = linuxImage(bytes);
    const at = image.textOffset === 0 ? KERNEL : DRAM + image.textOffset;
    loader.put(what, at, bytes, image.size);
    return { entry: at, end: at + image.size };
  }
  if (kind === 'bzimage') throw new MachineError('boot-for-other-board', { description, board: 'pc', architecture: 'riscv64' });
  // Firmware may start anything, a raw U-Boot for one; by itself a file without a header is most likely a mistake.
  if (kind !== 'unrecognised' || !firmware) throw new MachineError('boot-file-other', { what, description, wanted: WANTED_KERNEL });
  loader.put('the raw binary after the firmware', KERNEL, bytes);
  return { entry: KERNEL, end: KERNEL + bytes.length };
}

/** After the kernel where QEMU puts it; directly behind the kernel where that is too far. */
function placeInitrd({ memory }: RiscvBootRequest, loader: Loader, initrd: Uint8Array, kernelEnd: number): { start: number; end: number } {
  const room = memory.end - TREE_ALIGNMENT - PAGE;
  const usual = KERNEL + Math.min(memory.size / 2, INITRD_DISTANCE);
  const closest = upTo(kernelEnd, PAGE);
  const at = usual >= closest && usual + initrd.length <= room ? usual : closest;
  if (at + initrd.length > room) throw new MachineError('boot-initrd-too-large', { bytes: initrd.length, memoryBytes: memory.size });
  loader.put('the initrd', at, initrd);
  return { start: at, end: at + initrd.length };
}

/** At the end of RAM. */
function placeTree(request: RiscvBootRequest, loader: Loader, wanted: DeviceTreeRequest): number {
  const tree = request.deviceTree({ ...wanted, seed: request.entropy(SEED_BYTES) });
  const at = Loader.below(request.memory.end, tree.length, TREE_ALIGNMENT);
  loader.put('the device tree', at, tree);
  return at;
}
