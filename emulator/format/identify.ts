/**
 * Says what a file is by its content, so that a wrong one is refused with a name instead of being run, or written, as
 * something else. Pure: looks at the file's first bytes (and its last sector, where one format keeps its mark).
 * Sources: Linux's Documentation/arch/{riscv,arm64}/boot-image-header and x86/boot, the EFI zboot header, the ELF
 * specification, QEMU's block/{qcow2,vmdk,vdi,vhdx,vpc,qed,parallels,dmg}.c, ECMA-119, UEFI (GPT).
 */
import { hasText, viewOf } from './bytes.ts';
import { elfArchitecture, elfMachineName, isElf } from './elf.ts';

/** Image formats that are neither raw nor qcow2, by the names that `qemu-img -f` knows them under. */
export type ForeignDiskFormat = 'vmdk' | 'vdi' | 'vhdx' | 'vpc' | 'qed' | 'qcow' | 'parallels' | 'dmg';
export type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'lz4';

export type Identity = { /** For a person, with an article: "an x86 Linux kernel (bzImage)". */ readonly description: string } & (
  | { readonly kind: 'empty' | 'zboot' | 'cpio' | 'qcow2' | 'iso' | 'raw-disk' | 'archive' | 'unrecognised' }
  /** A Linux kernel as it is loaded, or as x86 packs it. `architecture`: as boards name theirs. */
  | { readonly kind: 'boot-image' | 'bzimage'; readonly architecture: string }
  /** `architecture`: absent where no board has it. */
  | { readonly kind: 'elf'; readonly architecture?: string }
  /** A kernel or program for another processor. */
  | { readonly kind: 'other-architecture' }
  /** Nothing that a machine could start from. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'foreign-disk'; readonly format: ForeignDiskFormat }
  | { readonly kind: 'compressed'; readonly compression: Compression }
);

/** Bytes of a file's beginning that are enough for every mark below; an ISO's volume descriptor lies at 32 KiB. */
export const IDENTIFYING_BYTES = 36 * 1024;
/** Bytes of a file's end that matter: the footer of a fixed VHD and of a DMG. */
export const FOOTER_BYTES = 512;

const foreign = (description: string): Identity => ({ kind: 'foreign', description });
const otherArchitecture = (description: string): Identity => ({ kind: 'other-architecture', description });
const disk = (format: ForeignDiskFormat, name: string): Identity => ({
  kind: 'foreign-disk',
  format,
  description: `a ${name} disk image`,
});

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
  if (at + 6 > bytes.length || !hasText(bytes, at, 'PE\0\0')) return otherArchitecture('a DOS or Windows program');
  const machine = PE_MACHINES[view.getUint16(at + 4, true)] ?? 'unknown';
  return otherArchitecture(`an EFI or Windows program for ${machine}`);
}

function elf(bytes: Uint8Array): Identity {
  if (bytes.length < 20) return { kind: 'elf', description: 'a truncated ELF file' };
  const architecture = elfArchitecture(bytes);
  return { kind: 'elf', ...(architecture === undefined ? {} : { architecture }), description: `an ELF file for ${elfMachineName(bytes)}` };
}

/** What starts with a mark of its own. */
const BEGINNINGS: readonly (readonly [mark: string, identity: Identity])[] = [
  ['QFI\xfb\0\0\0\x01', disk('qcow', 'qcow (version 1)')],
  ['QFI\xfb', { kind: 'qcow2', description: 'a qcow2 disk image' }],
  ['KDMV', disk('vmdk', 'VMDK (VMware)')],
  ['COWD', disk('vmdk', 'VMDK (VMware ESX)')],
  ['# Disk DescriptorFile', disk('vmdk', 'VMDK (VMware)')],
  ['vhdxfile', disk('vhdx', 'VHDX (Hyper-V)')],
  ['conectix', disk('vpc', 'VHD (Virtual PC)')],
  ['QED\0', disk('qed', 'QED')],
  ['WithoutFreeSpace', disk('parallels', 'Parallels')],
  ['WithouFreSpacExt', disk('parallels', 'Parallels')],
  ['\x1f\x8b', { kind: 'compressed', compression: 'gzip', description: 'a gzip file' }],
  ['\xfd7zXZ\0', { kind: 'compressed', compression: 'xz', description: 'an xz-compressed file' }],
  ['\x28\xb5\x2f\xfd', { kind: 'compressed', compression: 'zstd', description: 'a zstd-compressed file' }],
  ['BZh', { kind: 'compressed', compression: 'bzip2', description: 'a bzip2-compressed file' }],
  ['\x02\x21\x4c\x18', { kind: 'compressed', compression: 'lz4', description: 'an lz4-compressed file' }],
  ['\x04\x22\x4d\x18', { kind: 'compressed', compression: 'lz4', description: 'an lz4-compressed file' }],
  ['07070', { kind: 'cpio', description: 'an initramfs (cpio archive)' }],
  ['VIVARIUM', { kind: 'archive', description: 'an exported machine (.vivarium)' }],
  ['PK\x03\x04', foreign('a zip archive')],
  ['7z\xbc\xaf\x27\x1c', foreign('a 7-Zip archive')],
  ['\x27\x05\x19\x56', foreign('a U-Boot legacy image (uImage)')],
  ['\xd0\x0d\xfe\xed', foreign('a device tree or FIT image')],
  ['#!', foreign('a script')],
];

const BOOT_SIGNATURE = 0xaa55;
const hasBootSignature = (bytes: Uint8Array) => bytes.length >= 512 && viewOf(bytes).getUint16(0x1fe, true) === BOOT_SIGNATURE;

/** Kernels and programs, whose marks lie further in. */
function program(bytes: Uint8Array): Identity | undefined {
  if (isElf(bytes)) return elf(bytes);
  if (hasText(bytes, 0x38, 'RSC\x05') || hasText(bytes, 0x30, 'RISCV\0'))
    return { kind: 'boot-image', architecture: 'riscv64', description: 'a RISC-V Linux kernel (Image)' };
  if (hasText(bytes, 0x38, 'ARM\x64')) return otherArchitecture('an arm64 Linux kernel (Image)');
  if (hasText(bytes, 0x202, 'HdrS')) return { kind: 'bzimage', architecture: 'amd64', description: 'an x86 Linux kernel (bzImage)' };
  if (hasText(bytes, 4, 'zimg')) return { kind: 'zboot', description: 'a compressed EFI kernel (zboot)' };
  if (hasText(bytes, 0x24, '\x18\x28\x6f\x01')) return otherArchitecture('a 32-bit Arm Linux kernel (zImage)');
  return hasText(bytes, 0, 'MZ') ? portableExecutable(bytes) : undefined;
}

/** Disks and file systems without a container around them. */
function rawDisk(bytes: Uint8Array): Identity | undefined {
  const raw = (description: string): Identity => ({ kind: 'raw-disk', description });
  if (hasText(bytes, 0x8001, 'CD001')) return { kind: 'iso', description: 'an ISO 9660 disc image' };
  if (hasText(bytes, 512, 'EFI PART')) return raw('a disk image with a GPT partition table');
  if (hasText(bytes, 0x438, '\x53\xef')) return raw('a disk image with an ext2, ext3 or ext4 file system');
  if (hasText(bytes, 0x101, 'ustar')) return foreign('a tar archive');
  return hasBootSignature(bytes) ? raw('a disk image with a boot sector') : undefined;
}

function footer(tail: Uint8Array): Identity | undefined {
  const at = tail.length - FOOTER_BYTES;
  if (at < 0) return undefined;
  if (hasText(tail, at, 'conectix')) return disk('vpc', 'fixed-size VHD (Virtual PC)');
  return hasText(tail, at, 'koly') ? disk('dmg', 'DMG (macOS)') : undefined;
}

/**
 * What a file is.
 * @param bytes its beginning, `IDENTIFYING_BYTES` where it has as many
 * @param tail its last `FOOTER_BYTES`; without it the formats that keep their mark there are not recognised
 */
export function identify(bytes: Uint8Array, tail: Uint8Array = new Uint8Array(0)): Identity {
  if (bytes.length === 0) return { kind: 'empty', description: 'an empty file' };
  const [, beginning] = BEGINNINGS.find(([mark]) => hasText(bytes, 0, mark)) ?? [];
  if (beginning) return beginning;
  if (hasText(bytes, 0x40, '\x7f\x10\xda\xbe')) return disk('vdi', 'VDI (VirtualBox)');
  return footer(tail) ?? program(bytes) ?? rawDisk(bytes) ?? { kind: 'unrecognised', description: 'a file of no known format' };
}
