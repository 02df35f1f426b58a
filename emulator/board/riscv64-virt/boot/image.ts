/** Linux's RISC-V `Image`: its header says where it goes and how much memory it takes (Documentation/arch/riscv/boot-image-header). */
import { hasText, viewOf } from '../../../format/bytes.ts';
import { identify } from '../../../format/identify.ts';
import { MachineError } from '../../../index.ts';
import type { Inflate } from '../../boot/request.ts';

/** How files are unpacked: into a memory of so many bytes they must fit. */
export interface Unpacking {
  readonly inflate: Inflate;
  readonly limit: number;
}

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
/** Up to the name of the compression (Linux, drivers/firmware/efi/libstub/zboot-header.S). */
const ZBOOT_HEADER = 32;

/** Decompresses a kernel file if it is compressed. @param what names the file in an error: "the kernel" */
export function unpacked(file: Uint8Array, what: string, unpacking: Unpacking): Uint8Array {
  const found = identify(file);
  if (found.kind === 'compressed' && found.compression === 'gzip') return inflated(file, what, unpacking);
  if (found.kind !== 'zboot') return file;
  const truncated = () => new MachineError('boot-truncated', { what, kind: 'EFI kernel' });
  if (file.length < ZBOOT_HEADER) throw truncated();
  const view = viewOf(file);
  const at = view.getUint32(8, true);
  const size = view.getUint32(12, true);
  const description = 'an EFI kernel compressed otherwise than with gzip';
  if (!hasText(file, 24, 'gzip')) throw new MachineError('boot-file-other', { what, description, wanted: WANTED_KERNEL });
  if (at + size > file.length) throw truncated();
  return inflated(file.subarray(at, at + size), what, unpacking);
}

function inflated(file: Uint8Array, what: string, { inflate, limit }: Unpacking): Uint8Array {
  try {
    if (file.length < GZIP_AT_LEAST) throw new Error('unexpected end of file');
    return inflate(file, limit);
  } catch (error) {
    if (error instanceof RangeError) throw new MachineError('boot-unpacks-too-large', { what, limit });
    const reason = error instanceof Error ? error.message : String(error);
    throw new MachineError('boot-gzip-damaged', { what, detail: reason }, { cause: error });
  }
}

/** Reads the header of an `Image`. @throws MachineError when it is truncated or big-endian */
export function linuxImage(bytes: Uint8Array): LinuxImage {
  if (bytes.length < 64) throw new MachineError('boot-truncated', { what: 'the kernel', kind: 'RISC-V Image' });
  const view = viewOf(bytes);
  const textOffset = Number(view.getBigUint64(8, true));
  const declared = Number(view.getBigUint64(16, true));
  if ((view.getBigUint64(24, true) & 1n) !== 0n)
    throw new MachineError('boot-file-other', { what: 'the kernel', description: 'a big-endian RISC-V Image', wanted: WANTED_KERNEL });
  const end = endOfSections(bytes);
  if (bytes.length < end)
    throw new MachineError('boot-truncated', { what: 'the kernel', kind: 'RISC-V Image', bytes: bytes.length, wanted: end });
  return { bytes, textOffset, size: Math.max(declared, bytes.length) };
}

/**
 * Where the last section of an Image ends in the file, by its PE header (kernels with an EFI stub have one); 0 where it has
 * none. The size that the Image's own header declares says nothing of the file: it counts the bss, however large.
 */
function endOfSections(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  const header = view.getUint32(0x3c, true);
  if (!hasText(bytes, header, 'PE\0\0') || header + 24 > bytes.length) return 0;
  const table = header + 24 + view.getUint16(header + 20, true);
  let end = 0;
  for (let index = 0; index < view.getUint16(header + 6, true); index++) {
    const at = table + index * 40;
    if (at + 40 > bytes.length) break;
    end = Math.max(end, view.getUint32(at + 16, true) + view.getUint32(at + 20, true));
  }
  return end;
}
