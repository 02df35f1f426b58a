/** Says what a file is by its content, so that a person learns before the boot that a kernel is for another processor. */
import { open } from 'node:fs/promises';
import { createGunzip, constants } from 'node:zlib';
import { ContractError } from '../../../preload/contract/contract.ts';
import type { FileInspection } from '../../../preload/contract/images.ts';
import { megabytes } from '../cache.ts';
import { looksLikeCpio } from '../initramfs/cpio.ts';
import { isElf, machineRiscv } from '../initramfs/elf.ts';

type Verdict = Pick<FileInspection, 'kind' | 'description'>;

/** Enough for every mark below; an ISO's volume descriptor lies at 32 KiB. */
const peekBytes = 36 * 1024;

/** @throws ContractError when the file is not there or cannot be read */
export async function inspectFile(path: string): Promise<FileInspection> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new ContractError('missing', `there is no file ${path}.`);
    throw new ContractError('unavailable', `${path} cannot be read (${error.code ?? error.message}).`);
  });
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw new ContractError('invalid', `${path} is a folder, not a file.`);
    const buffer = Buffer.alloc(peekBytes);
    const { bytesRead } = await handle.read(buffer, 0, peekBytes, 0);
    const verdict = await judge(buffer.subarray(0, bytesRead));
    return { path, sizeBytes: facts.size, kind: verdict.kind, description: `${verdict.description}, ${megabytes(facts.size)}` };
  } finally {
    await handle.close();
  }
}

async function judge(bytes: Buffer): Promise<Verdict> {
  if (bytes.length === 0) return { kind: 'unrecognised', description: 'empty file' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return judgeGzip(bytes);
  if (isElf(bytes)) return judgeElf(bytes);
  return (
    judgeKernel(bytes) ??
    judgeArchive(bytes) ??
    judgeDisk(bytes) ?? { kind: 'unrecognised', description: 'a file of a kind not known here' }
  );
}

const textAt = (bytes: Buffer, at: number, text: string): boolean => bytes.toString('latin1', at, at + text.length) === text;

/** e_machine of the processors a person is likely to meet. */
const machines: Readonly<Record<number, string>> = {
  3: 'x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC 64',
  22: 's390',
  40: '32-bit Arm',
  50: 'Itanium',
  62: 'x86-64',
  183: '64-bit Arm',
  258: 'LoongArch',
};

function judgeElf(bytes: Buffer): Verdict {
  const machine = bytes.length >= 20 ? bytes.readUInt16LE(18) : 0;
  if (machine !== machineRiscv)
    return { kind: 'other-architecture', description: `a program for ${machines[machine] ?? `processor type ${machine}`}` };
  if (bytes[4] !== 2) return { kind: 'other-architecture', description: 'a program for 32-bit RISC-V' };
  return { kind: 'riscv64-elf', description: 'a RISC-V 64-bit program (ELF)' };
}

/** Boot images: Documentation/arch/riscv/boot-image-header.rst, arch/arm64/booting.rst, arch/x86/boot.rst. */
function judgeKernel(bytes: Buffer): Verdict | undefined {
  if (textAt(bytes, 0x30, 'RISCV') || textAt(bytes, 0x38, 'RSC\x05'))
    return { kind: 'riscv64-image', description: 'a Linux kernel for 64-bit RISC-V' };
  if (textAt(bytes, 0x38, 'ARM\x64')) return { kind: 'other-architecture', description: 'a Linux kernel for 64-bit Arm' };
  if (textAt(bytes, 0x202, 'HdrS')) return { kind: 'other-architecture', description: 'a Linux kernel for x86' };
  if (textAt(bytes, 0, 'MZ')) return { kind: 'other-architecture', description: 'an EFI or Windows program' };
  return undefined;
}

function judgeArchive(bytes: Buffer): Verdict | undefined {
  if (looksLikeCpio(bytes)) return { kind: 'initrd', description: 'an initial file system (cpio)' };
  const packed = [
    ['\xfd7zXZ\0', 'xz'],
    ['\x28\xb5\x2f\xfd', 'zstd'],
    ['BZh', 'bzip2'],
    ['\x02\x21\x4c\x18', 'lz4'],
    ['\x04\x22\x4d\x18', 'lz4'],
  ].find(([mark]) => textAt(bytes, 0, mark!));
  return packed && { kind: 'initrd', description: `compressed data (${packed[1]}), perhaps an initial file system` };
}

function judgeDisk(bytes: Buffer): Verdict | undefined {
  if (textAt(bytes, 0, 'QFI\xfb')) return { kind: 'disk', description: 'a disk image (qcow2)' };
  if (textAt(bytes, 0x8001, 'CD001')) return { kind: 'disk', description: 'a CD image (ISO 9660)' };
  if (textAt(bytes, 512, 'EFI PART')) return { kind: 'disk', description: 'a disk image (raw, GPT)' };
  if (bytes.length > 0x43a && bytes.readUInt16LE(0x438) === 0xef53)
    return { kind: 'disk', description: 'a file system (ext2, ext3 or ext4)' };
  if (bytes.length >= 512 && bytes.readUInt16LE(510) === 0xaa55) return { kind: 'disk', description: 'a disk image (raw, MBR)' };
  return undefined;
}

/** Looks inside: the first bytes of a gzip file say whether it is a kernel or an archive. */
async function judgeGzip(bytes: Buffer): Promise<Verdict> {
  const inner = await gunzipStart(bytes);
  if (looksLikeCpio(inner)) return { kind: 'initrd', description: 'an initial file system (gzip)' };
  if (isElf(inner)) return judgeElf(inner);
  const kernel = judgeKernel(inner);
  if (kernel?.kind === 'riscv64-image') return { kind: 'gzip-image', description: `${kernel.description} (gzip)` };
  return kernel ?? { kind: 'unrecognised', description: 'compressed data (gzip)' };
}

/** What the first part of a gzip file unpacks to; empty where it is damaged. */
function gunzipStart(bytes: Buffer): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  const unpacker = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  unpacker.on('data', (piece: Buffer) => pieces.push(piece));
  unpacker.on('end', () => resolve(Buffer.concat(pieces)));
  unpacker.on('error', () => resolve(Buffer.concat(pieces)));
  unpacker.end(bytes);
  return promise;
}
