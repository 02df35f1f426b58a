/** Boot loaders: where things go, how the first core starts, and what is said about files that cannot run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import type { BootFiles } from '../../emulator/board/boot/request.ts';
import { type BootState, prepareBoot } from '../../emulator/board/riscv64-virt/boot/boot.ts';
import { riscv64Virt } from '../../emulator/board/riscv64-virt/board.ts';
import { deviceTree } from '../../emulator/board/riscv64-virt/device-tree.ts';
import { DRAM, KERNEL } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { MachineError } from '../../emulator/index.ts';
import { GuestMemory } from '../../emulator/memory/guest-memory.ts';
import { describeWith, OPENSBI_FOLDER } from '../kit/tools.ts';
import { arm64Image, bzImage, elf, image, windowsProgram, zboot } from './boot-files.ts';

const MIB = 2 ** 20;

function boot(files: BootFiles, mebibytes = 64): BootState & { memory: GuestMemory } {
  const size = mebibytes * MIB;
  const memory = new GuestMemory({
    buffer: new SharedArrayBuffer(size),
    ramOffset: 0,
    ranges: [{ at: DRAM, size }],
    pageFlags: new Uint8Array(size / 4096),
    fetch: () => undefined,
    keep: () => undefined,
    codeWritten: () => undefined,
  });
  const configuration = { board: 'riscv64-virt', cores: 1, memoryBytes: size, disks: [], ports: [] } as const;
  const state = prepareBoot({
    files,
    memory,
    inflate: (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
    deviceTree: (request) => deviceTree(configuration, riscv64Virt.plan(configuration), request),
    entropy: (count) => new Uint8Array(count).fill(9),
  });
  return { ...state, memory };
}
const linux = (kernel: Uint8Array, parts: { initrd?: Uint8Array; firmware?: Uint8Array } = {}): BootFiles => ({
  kind: 'linux',
  kernel,
  commandLine: 'console=ttyS0',
  ...parts,
});
const bare = (program: Uint8Array): BootFiles => ({ kind: 'bare', program });
const start = ({ privilege, pc, a0 }: BootState) => ({ privilege, pc: Number(pc), hart: Number(a0) });
const magicAt = (memory: GuestMemory, address: bigint) => memory.view.getUint32(Number(address) - DRAM);

test('a compressed EFI kernel that ends within its header is truncated, wherever it ends', () => {
  const whole = zboot(new Uint8Array(gzipSync(image())));
  for (let length = 8; length < 64; length++) {
    const cut = whole.subarray(0, length);
    for (const files of [linux(cut), bare(cut), { kind: 'firmware', firmware: cut } as const])
      expect(() => boot(files), `${files.kind}, ${length} bytes`).toThrow(MachineError);
  }
});

describe('a Linux kernel under the built-in SBI', () => {
  it('lies at 0x80200000 and starts in S mode with the device tree in a1', () => {
    const state = boot(linux(image()));
    expect(start(state)).toEqual({ privilege: 'S', pc: KERNEL, hart: 0 });
    expect(magicAt(state.memory, state.a1)).toBe(0xd00d_feed);
    expect(Number(state.a1) % (2 * MIB)).toBe(0);
    expect(state.memory.bytes(KERNEL + 0x38, 3)).toEqual(Uint8Array.from(Buffer.from('RSC')));
    expect(state.log.join('\n')).toContain('the kernel: 4 KiB at 0x80200000');
  });

  it('heeds the offset in its header', () => {
    expect(start(boot(linux(image(4096, { textOffset: 0x40_0000n })))).pc).toBe(DRAM + 0x40_0000);
  });

  it('may be gzip-compressed, or an EFI zboot file', () => {
    for (const file of [new Uint8Array(gzipSync(image())), zboot(new Uint8Array(gzipSync(image())))]) {
      const state = boot(linux(file));
      expect(state.memory.bytes(KERNEL + 0x38, 3)).toEqual(Uint8Array.from(Buffer.from('RSC')));
    }
  });

  it('finds its initrd where QEMU puts it, and closer when memory is short', () => {
    const initrd = new Uint8Array(3 * MIB).fill(0x42);
    expect(boot(linux(image(), { initrd }), 64).log.join()).toContain(`the initrd: 3 MiB at 0x${(KERNEL + 32 * MIB).toString(16)}`);
    expect(boot(linux(image(), { initrd }), 512).log.join()).toContain(`the initrd: 3 MiB at 0x${(KERNEL + 128 * MIB).toString(16)}`);
    const tight = boot(linux(image(), { initrd: new Uint8Array(9 * MIB) }), 16);
    expect(tight.log.join()).toContain(`the initrd: 9 MiB at 0x${(KERNEL + 4096).toString(16)}`);
  });

  it('behind a kernel with a large bss, the initrd does not lie over it', () => {
    const state = boot(linux(image(12 * MIB, { size: BigInt(40 * MIB) }), { initrd: new Uint8Array(MIB) }), 64);
    expect(state.log.join()).toContain(`the initrd: 1 MiB at 0x${(KERNEL + 40 * MIB).toString(16)}`);
  });

  it('may have a bss many times as large as its file', () => {
    for (const sectionsEnd of [undefined, 16384]) {
      const kernel = image(16384, { size: BigInt(40 * MIB), ...(sectionsEnd === undefined ? {} : { sectionsEnd }) });
      expect(boot(linux(kernel)).log.join()).toContain('the kernel: 40 MiB at 0x80200000');
    }
  });

  it('may be an ELF file: a vmlinux linked at the top of the address space is moved into RAM', () => {
    const state = boot(linux(elf({ virtual: 0xffff_ffff_8000_0000n, physical: 0n, entry: 0xffff_ffff_8000_0004n })));
    expect(start(state)).toEqual({ privilege: 'S', pc: KERNEL + 4, hart: 0 });
    expect(state.memory.bytes(KERNEL, 2)).toEqual(Uint8Array.of(1, 2));
    expect(start(boot(linux(elf({ virtual: 0x8020_0000n })))).pc).toBe(KERNEL);
  });
});

describe('firmware', () => {
  const raw = new Uint8Array(64).fill(0x13);

  it('starts in M mode at 0x80000000 and is told of the kernel in a2', () => {
    const state = boot(linux(image(), { firmware: raw }));
    expect(start(state)).toEqual({ privilege: 'M', pc: DRAM, hart: 0 });
    const info = new BigUint64Array(state.memory.bytes(Number(state.a2), 48)?.slice().buffer as ArrayBuffer);
    expect([...info]).toEqual([0x4942_534fn, 2n, BigInt(KERNEL), 1n, 0n, 0n]);
    expect(state.a2).toBeLessThan(state.a1);
  });

  it('may stand alone, and may start a raw binary', () => {
    expect(start(boot({ kind: 'firmware', firmware: raw })).pc).toBe(DRAM);
    expect(boot(linux(raw, { firmware: raw })).log.join()).toContain('raw binary');
  });

  describeWith(['opensbi'], 'of Debian', () => {
    test.each(['fw_dynamic.bin', 'fw_jump.elf', 'fw_jump.bin', 'fw_dynamic.elf'])('%s', (name) => {
      const state = boot(linux(image(), { firmware: readFileSync(join(OPENSBI_FOLDER, name)) }));
      expect(start(state)).toEqual({ privilege: 'M', pc: DRAM, hart: 0 });
    });
  });

  it('that is something else is refused', () => {
    expect(() => boot(linux(image(), { firmware: bzImage() }))).toThrow(/the firmware is an x86 Linux kernel .*OpenSBI/);
  });
});

describe('a bare program', () => {
  it('as ELF starts at its entry in M mode, its bss zero, with tohost found', () => {
    const state = boot(bare(elf({ entry: 0x8000_0004n, tohost: 0x8000_1000n })));
    expect(start(state)).toEqual({ privilege: 'M', pc: DRAM + 4, hart: 0 });
    expect(state.tohost).toBe(0x8000_1000);
    expect(magicAt(state.memory, state.a1)).toBe(0xd00d_feed);
    expect(boot(bare(elf())).tohost).toBeUndefined();
  });

  it('as a flat binary lies at 0x80000000', () => {
    const state = boot(bare(Uint8Array.of(0x73, 0, 0, 0)));
    expect(start(state)).toEqual({ privilege: 'M', pc: DRAM, hart: 0 });
    expect(state.memory.bytes(DRAM, 1)).toEqual(Uint8Array.of(0x73));
  });
});

describe('is refused, with what to do:', () => {
  // Members of a gzip file follow one another (RFC 1952, section 2.2).
  const member = gzipSync(new Uint8Array(64 * MIB));
  const bomb = new Uint8Array(Buffer.concat(Array.from({ length: 32 }, () => member)));
  const gzipped = new Uint8Array(gzipSync(new Uint8Array(5000).map((_, index) => index * 7)));
  const cases: [string, BootFiles, RegExp][] = [
    ['an x86 kernel', linux(bzImage()), /the kernel is an x86 Linux kernel \(bzImage\): choose the board pc/],
    ['an arm64 kernel', linux(arm64Image()), /an arm64 Linux kernel.*give a riscv64/],
    ['a Windows program', linux(windowsProgram(0x8664)), /an EFI or Windows program for x86-64.*give a riscv64/],
    ['an x86 ELF file', linux(elf({ machine: 62 })), /an ELF file for x86-64; this board runs 64-bit RISC-V/],
    ['a 32-bit RISC-V program', bare(elf({ elfClass: 1 })), /32-bit RISC-V.*build it for rv64/],
    ['an object file', bare(elf({ type: 1 })), /not a program.*link it/],
    ['a program linked elsewhere', bare(elf({ virtual: 0x1_0000n })), /linked for 0x10000.*link it for 0x80000000/],
    ['a program linked above memory', bare(elf({ virtual: 0x1_8000_0000n })), /give the machine more memory/],
    ['a truncated ELF file', bare(elf().slice(0, 124)), /truncated or damaged ELF.*get the file again/],
    ['an ELF header alone', bare(elf().slice(0, 30)), /truncated or damaged ELF/],
    [
      'a truncated gzip',
      linux(gzipped.slice(0, gzipped.length - 20)),
      /the kernel is a truncated or damaged gzip file.*get the file again/,
    ],
    ['the start of a gzip', linux(gzipped.slice(0, 8)), /truncated or damaged gzip/],
    ['a gzip of 2 GiB of zeros', linux(bomb), /the kernel unpacks to more than the \d+ MiB of memory this machine has/],
    ['the same in a zboot file', linux(zboot(bomb)), /unpacks to more than/],
    ['a zboot kernel of another method', linux(zboot(gzipped, 'zstd22')), /compressed otherwise than with gzip/],
    ['an initrd as the kernel', linux(new Uint8Array(Buffer.from('070701'.padEnd(600, '0')))), /an initramfs/],
    ['a shell script', linux(new Uint8Array(Buffer.from('#!/bin/sh\necho hello, this is no kernel'))), /a script/],
    ['an empty kernel', linux(new Uint8Array(0)), /an empty file/],
    ['a file of nothing known', linux(new Uint8Array(5000).fill(0x61)), /no known format/],
    [
      'a truncated Image',
      linux(image(4096, { size: BigInt(20 * MIB), sectionsEnd: 5 * MIB })),
      /truncated RISC-V Image \(4 KiB of 5 MiB\): get the file again/,
    ],
    ['a kernel larger than memory', linux(image(20 * MIB, { size: BigInt(66 * MIB) })), /64 MiB of memory.*give the machine more memory/],
    [
      'an initrd larger than memory',
      linux(image(), { initrd: new Uint8Array(65 * MIB) }),
      /the initrd \(65 MiB\) does not fit into the machine's 64 MiB of memory.*more memory or a smaller initrd/,
    ],
    [
      'a disk image as a program',
      bare(new Uint8Array(1024).fill(0x90).fill(0x55, 510, 511).fill(0xaa, 511, 512)),
      /a disk image with a boot sector/,
    ],
  ];
  it.each(cases)('%s', (_, files, message) => {
    const attempt = () => boot(files);
    expect(attempt).toThrow(MachineError);
    expect(attempt).toThrow(message);
  });
});
