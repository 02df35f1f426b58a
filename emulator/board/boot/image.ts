/** Linux's RISC-V `Image`: its header says where it goes and how much memory it takes (Documentation/arch/riscv/boot-image-header). */
import { MachineError } from '../../index.ts';
import { identify } from './identify.ts';
import { hasText, mebibytes, viewOf } from './little-endian.ts';

/** Undoes gzip; throws an Error for damaged or truncated input. */
export type Inflate = (bytes: Uint8Array) => Uint8Array;

export interface LinuxImage {
  readonly bytes: Uint8Array;
  /** Where it wants to be: bytes after the start of RAM, which is 2 MiB-aligned. */
  readonly textOffset: number;
  /** Memory it takes, bss included. */
  readonly size: number;
}

/** What to say when a kernel is not one for this board. */
export const WANTED_KERNEL = 'this board runs 64-bit RISC-V: give a riscv64 Linux Image (plain or gzip-compressed) or a riscv64 ELF file';
const GZIP_AT_LEAST = 18;
/** The declared size counts bss, which the file has not: a kernel's is a tenth, so less than a quarter of it is a torn file. */
const BSS_SHARE = 4;

/** Decompresses a kernel file if it is compressed. @param what names the file in an error: "the kernel" */
export function unpacked(file: Uint8Array, what: string, inflate: Inflate): Uint8Array {
  const { kind } = identify(file);
  if (kind === 'gzip') return inflated(file, what, inflate);
  if (kind !== 'zboot') return file;
  const view = viewOf(file);
  const at = view.getUint32(8, true);
  const size = view.getUint32(12, true);
  if (!hasText(file, 24, 'gzip')) throw new MachineError(`${what} is an EFI kernel compressed otherwise than with gzip; ${WANTED_KERNEL}`);
  if (at + size > file.length) throw new MachineError(`${what} is a truncated EFI kernel: get the file again`);
  return inflated(file.subarray(at, at + size), what, inflate);
}

function inflated(file: Uint8Array, what: string, inflate: Inflate): Uint8Array {
  try {
    if (file.length < GZIP_AT_LEAST) throw new Error('unexpected end of file');
    return inflate(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MachineError(`${what} is a truncated or damaged gzip file (${reason}): get the file again`, { cause: error });
  }
}

/** Reads the header of an `Image`. @throws MachineError when it is truncated or big-endian */
export function linuxImage(bytes: Uint8Array): LinuxImage {
  if (bytes.length < 64) throw new MachineError('the kernel is a truncated RISC-V Image: get the file again');
  const view = viewOf(bytes);
  const textOffset = Number(view.getBigUint64(8, true));
  const declared = Number(view.getBigUint64(16, true));
  if ((view.getBigUint64(24, true) & 1n) !== 0n) throw new MachineError(`the kernel is a big-endian RISC-V Image; ${WANTED_KERNEL}`);
  if (declared !== 0 && bytes.length < declared / BSS_SHARE)
    throw new MachineError(
      `the kernel is a truncated RISC-V Image (${mebibytes(bytes.length)} of up to ${mebibytes(declared)}): get the file again`,
    );
  return { bytes, textOffset, size: Math.max(declared, bytes.length) };
}
