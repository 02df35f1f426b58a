/** Small kernels made on the spot: bzImages, ELF files and multiboot programs for x86. */
import { zstdCompressSync } from 'node:zlib';
import { elf } from '../boot-files.ts';

export const X86_64 = 62;
export const I386 = 3;
export const ENTRY = 0x100_0000n;
const SETUP_BYTES = 5 * 512;

export interface BzImageParts {
  readonly version?: number;
  readonly extendedFlags?: number;
  readonly payload?: Uint8Array;
  readonly initSize?: number;
  readonly commandLineMax?: number;
  /** What is left of the file. */
  readonly length?: number;
}

/** What is packed in a bzImage: zstd, with its unpacked length behind it. */
export function packed(kernel: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, kernel.length, true);
  return Buffer.concat([zstdCompressSync(kernel), new Uint8Array(length.buffer)]);
}

export const kernel64 = (): Uint8Array => elf({ machine: X86_64, virtual: 0xffff_ffff_8100_0000n, physical: ENTRY, entry: ENTRY });

export function bzImage(parts: BzImageParts = {}): Uint8Array {
  const { version = 0x20f, extendedFlags = 0x7f, payload = packed(kernel64()), initSize = 0x20_0000, commandLineMax = 2047 } = parts;
  const code = Math.ceil((0x300 + payload.length) / 16) * 16;
  const bytes = new Uint8Array(SETUP_BYTES + code);
  const view = new DataView(bytes.buffer);
  bytes[0x1f1] = 4;
  view.setUint32(0x1f4, code / 16, true);
  view.setUint16(0x1fe, 0xaa55, true);
  view.setUint16(0x200, 0x6aeb, true);
  bytes.set(Buffer.from('HdrS'), 0x202);
  view.setUint16(0x206, version, true);
  view.setUint32(0x22c, 0x7fff_ffff, true);
  view.setUint16(0x236, extendedFlags, true);
  view.setUint32(0x238, commandLineMax, true);
  view.setUint32(0x248, 0x300, true);
  view.setUint32(0x24c, payload.length, true);
  view.setBigUint64(0x258, ENTRY, true);
  view.setUint32(0x260, initSize, true);
  bytes.set(payload, SETUP_BYTES + 0x300);
  return bytes.subarray(0, parts.length ?? bytes.length);
}

/** A flat multiboot program whose header says where it goes. */
export function multiboot1(loadAt = 0x10_0000): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  const flags = 1 << 16;
  const words = [0x1bad_b002, flags, -(0x1bad_b002 + flags) >>> 0, loadAt + 16, loadAt, loadAt + 256, loadAt + 4096, loadAt + 64];
  words.forEach((word, index) => view.setUint32(16 + 4 * index, word >>> 0, true));
  return bytes;
}

/** An ELF file for 32 bits with a multiboot 2 header in its one segment. */
export function multiboot2(loadAt = 0x20_0000): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, I386, true);
  view.setUint32(24, loadAt + 32, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, 1, true);
  [1, 96, loadAt, loadAt, 160, 8192].forEach((word, index) => view.setUint32(52 + 4 * index, word, true));
  const header = [0xe852_50d6, 0, 24, -(0xe852_50d6 + 24) >>> 0, 0, 8];
  header.forEach((word, index) => view.setUint32(96 + 4 * index, word >>> 0, true));
  return bytes;
}

/** An x86-64 ELF file with a note that names a PVH entry. */
export function pvhKernel(entry: number): Uint8Array {
  const bytes = elf({ machine: X86_64, virtual: ENTRY, entry: ENTRY });
  const view = new DataView(bytes.buffer);
  view.setUint16(56, 2, true);
  // The second program header replaces what the segment's eight bytes were; the segment is moved behind it.
  view.setBigUint64(64 + 8, 192n, true);
  view.setUint32(120, 4, true);
  view.setBigUint64(128, 256n, true);
  view.setBigUint64(152, 20n, true);
  view.setBigUint64(160, 20n, true);
  [4, 4, 18].forEach((word, index) => view.setUint32(256 + 4 * index, word, true));
  bytes.set(Buffer.from('Xen\0'), 268);
  view.setUint32(272, entry, true);
  return bytes;
}
