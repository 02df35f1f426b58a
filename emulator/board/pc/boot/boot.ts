/** Prepares a PC's RAM and its boot core for what it starts from, without firmware. */
import { elfMachineName, isElf } from '../../../format/elf.ts';
import { identify } from '../../../format/identify.ts';
import { MachineError } from '../../../index.ts';
import { elfProgram, type WantedProgram } from '../../boot/elf.ts';
import { Loader } from '../../boot/loader.ts';
import type { BootRequest, PreparedBoot } from '../../boot/request.ts';
import type { BoardConfiguration, BoardPlan } from '../../kit/plan.ts';
import { isBzImage, WANTED_KERNEL } from './bzimage.ts';
import { loadBzImage, startLinux } from './linux.ts';
import { putMachineTables } from './machine-tables.ts';
import { multibootHeader, startMultiboot } from './multiboot.ts';
import { pvhEntry, startPvh } from './pvh.ts';

const X86_64: WantedProgram = {
  is: (bytes) => elfMachineName(bytes) === 'x86-64' && bytes[4] === 2,
  others: { '32-bit x86': WANTED_KERNEL },
  wanted: 'this board runs 64-bit x86 programs',
};

/** @throws MachineError for a file that cannot run here or does not fit, with what to do */
export function prepareBoot({ cores, memoryBytes }: BoardConfiguration, _plan: BoardPlan, request: BootRequest): PreparedBoot {
  const { files } = request;
  const loader = new Loader(request.memory);
  if (files.kind === 'firmware' || (files.kind === 'linux' && files.firmware)) throw new MachineError('board-no-firmware');
  const tables = () => putMachineTables(loader, cores, memoryBytes);
  if (files.kind === 'bare') return bootProgram(request, loader, files.program, tables());
  const kernel = gunzipped(request, files.kernel);
  if (isBzImage(kernel)) return startLinux(request, loader, loadBzImage(request, loader, kernel, X86_64), tables());
  return bootKernel(request, loader, kernel, tables());
}

function gunzipped({ inflate, memory }: BootRequest, file: Uint8Array): Uint8Array {
  const found = identify(file);
  if (found.kind !== 'compressed' || (found.compression !== 'gzip' && found.compression !== 'zstd')) return file;
  try {
    return inflate(file, memory.size, found.compression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MachineError('boot-not-unpacked', { description: found.description, detail: reason }, { cause: error });
  }
}

/** A kernel that is no bzImage: a multiboot program, an ELF file with or without a PVH entry. */
function bootKernel(request: BootRequest, loader: Loader, kernel: Uint8Array, rsdp: number): PreparedBoot {
  const header = multibootHeader(kernel);
  if (header) return startMultiboot(request, loader, kernel, header, { rsdp, wanted: X86_64 });
  if (!isElf(kernel))
    throw new MachineError('boot-file-other', { what: 'the kernel', description: identify(kernel).description, wanted: WANTED_KERNEL });
  const program = elfProgram(kernel, 'the kernel', X86_64);
  const { entry, end } = loader.program('the kernel', program);
  const pvh = pvhEntry(program.file);
  return pvh === undefined ? startLinux(request, loader, { entry, end }, rsdp) : startPvh(request, loader, pvh, end, rsdp);
}

/** A program without an operating system: multiboot, or an ELF file that is entered in 64-bit mode as a kernel is. */
function bootProgram(request: BootRequest, loader: Loader, program: Uint8Array, rsdp: number): PreparedBoot {
  const header = multibootHeader(program);
  if (header) return startMultiboot(request, loader, program, header, { rsdp, wanted: X86_64 });
  if (!isElf(program))
    throw new MachineError('boot-file-other', {
      what: 'the program',
      description: identify(program).description,
      wanted: 'give a multiboot program or an ELF file for x86-64',
    });
  const { entry, end } = loader.program('the program', elfProgram(program, 'the program', X86_64));
  return startLinux(request, loader, { entry, end }, rsdp);
}
