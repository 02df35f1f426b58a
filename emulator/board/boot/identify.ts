/**
 * Says what a file is by its content, so that a wrong one is refused with a name and not run. Sources: Linux's
 * Documentation/arch/{riscv,arm64}/boot-image-header and x86/boot, the EFI zboot header, the ELF specification.
 */
import { hasText, viewOf } from './little-endian.ts';

export type FileKind = 'riscv64-image' | 'elf' | 'gzip' | 'zboot' | 'foreign' | 'unrecognised';

export interface Identity {
  readonly kind: FileKind;
  /** What it is, for a person: "an x86 Linux kernel (bzImage)". */
  readonly description: string;
}

const is = (kind: FileKind, description: string): Identity => ({ kind, description });
const foreign = (description: string) => is('foreign', description);

/** Machine fields of a PE header. */
const PE_MACHINES: Readonly<Record<number, string>> = {
  0x014c: '32-bit x86',
  0x8664: 'x86-64',
  0xaa64: 'arm64',
  0x01c0: '32-bit Arm',
  0x5032: '32-bit RISC-V',
  0x5064: 'RISC-V',
  0x6264: 'LoongArch',
};

function portableExecutable(bytes: Uint8Array): Identity {
  const view = viewOf(bytes);
  const at = bytes.length >= 0x40 ? view.getUint32(0x3c, true) : bytes.length;
  if (at + 6 > bytes.length || !hasText(bytes, at, 'PE\0\0')) return foreign('a DOS or Windows program');
  const machine = PE_MACHINES[view.getUint16(at + 4, true)] ?? 'unknown';
  return foreign(`an EFI or Windows program for ${machine}`);
}

/** What a file is. Looks only at its beginning. */
export function identify(bytes: Uint8Array): Identity {
  const view = viewOf(bytes);
  if (bytes.length === 0) return foreign('an empty file');
  if (hasText(bytes, 0, '\x7fELF')) return is('elf', 'an ELF file');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return is('gzip', 'a gzip file');
  if (hasText(bytes, 0x38, 'RSC\x05') || hasText(bytes, 0x30, 'RISCV\0')) return is('riscv64-image', 'a RISC-V Linux kernel (Image)');
  if (hasText(bytes, 0x38, 'ARM\x64')) return foreign('an arm64 Linux kernel (Image)');
  if (bytes.length > 0x206 && view.getUint16(0x1fe, true) === 0xaa55 && hasText(bytes, 0x202, 'HdrS'))
    return foreign('an x86 Linux kernel (bzImage)');
  if (hasText(bytes, 4, 'zimg')) return is('zboot', 'a compressed EFI kernel (zboot)');
  if (hasText(bytes, 0, 'MZ')) return portableExecutable(bytes);
  if (bytes.length >= 0x28 && view.getUint32(0x24, true) === 0x016f_2818) return foreign('a 32-bit Arm Linux kernel (zImage)');
  if (bytes.length >= 4 && view.getUint32(0) === 0x2705_1956) return foreign('a U-Boot legacy image (uImage)');
  if (bytes.length >= 4 && view.getUint32(0) === 0xd00d_feed) return foreign('a device tree or FIT image');
  if (hasText(bytes, 0, '\xfd7zXZ\0')) return foreign('an xz-compressed file');
  if (bytes.length >= 4 && view.getUint32(0, true) === 0xfd2f_b528) return foreign('a zstd-compressed file');
  if (hasText(bytes, 0, 'BZh')) return foreign('a bzip2-compressed file');
  if (hasText(bytes, 0, '07070')) return foreign('an initramfs (cpio archive)');
  if (hasText(bytes, 0, 'QFI\xfb')) return foreign('a qcow2 disk image');
  if (hasText(bytes, 0x8001, 'CD001')) return foreign('an ISO 9660 disc image');
  if (hasText(bytes, 0, '#!')) return foreign('a script');
  if (bytes.length > 512 && view.getUint16(0x1fe, true) === 0xaa55) return foreign('a disk image with a boot sector');
  return is('unrecognised', 'a file of no known format');
}
