/** The boot loader of `pc`: where things go, what a kernel is told, how the core starts, and what is said of files that cannot run. */
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import type { BootFiles } from '../../../emulator/board/boot/request.ts';
import { pc } from '../../../emulator/board/pc/board.ts';
import { enter } from '../../../emulator/board/pc/boot/entry.ts';
import { memory as ranges } from '../../../emulator/board/pc/memory-map.ts';
import { MachineError } from '../../../emulator/index.ts';
import { coreState, SEGMENT } from '../../../emulator/isa/x86/state.ts';
import { powerOn } from '../../../emulator/isa/x86/privileged/reset.ts';
import { GuestMemory } from '../../../emulator/memory/guest-memory.ts';
import { bind } from '../../../emulator/snapshot/schema.ts';
import { arm64Image, elf, image } from '../boot-files.ts';
import { bzImage, ENTRY, I386, kernel64, multiboot1, multiboot2, packed, pvhKernel } from './kernels.ts';

const MIB = 2 ** 20;

function boot(files: BootFiles, mebibytes = 64) {
  const size = mebibytes * MIB;
  const memory = new GuestMemory({
    buffer: new SharedArrayBuffer(size),
    ramOffset: 0,
    ranges: ranges(size),
    pageFlags: new Uint8Array(size / 4096),
    fetch: () => undefined,
    keep: () => undefined,
    codeWritten: () => undefined,
  });
  const configuration = { board: 'pc', cores: 2, memoryBytes: size, disks: [], ports: [] } as const;
  const inflate = (bytes: Uint8Array, maxOutputLength: number, compression = 'gzip') =>
    (compression === 'zstd' ? zstdDecompressSync : gunzipSync)(bytes, { maxOutputLength });
  const entropy = (count: number) => new Uint8Array(count).fill(9);
  const { start, log } = pc.prepareBoot(configuration, pc.plan(configuration), { files, memory, inflate, entropy });
  const state = bind(coreState, new SharedArrayBuffer(coreState.size), 0);
  powerOn(state, 0);
  enter(state, start);
  const u32 = (at: number) => memory.view.getUint32(at, true);
  const u64 = (at: number) => Number(memory.view.getBigUint64(at, true));
  return { start, log: log.join('\n'), memory, state, u32, u64, rsi: Number(state.gpr[6]), rbx: Number(state.gpr[3]) };
}
const linux = (kernel: Uint8Array, parts: { initrd?: Uint8Array; commandLine?: string } = {}): BootFiles => ({
  kind: 'linux',
  kernel,
  commandLine: 'console=ttyS0',
  ...parts,
});
const bare = (program: Uint8Array): BootFiles => ({ kind: 'bare', program });
const textAt = (memory: GuestMemory, at: number) => {
  const bytes = memory.bytes(at, 256) as Uint8Array;
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
};

describe('a bzImage', () => {
  it('is unpacked here and entered at its 64-bit entry, in the state that the protocol asks for', () => {
    const { memory, state, rsi, u64 } = boot(linux(bzImage()));
    expect(memory.bytes(Number(ENTRY), 8)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(state.pc).toBe(ENTRY);
    expect([state.cr0 >>> 0, state.cr4, state.efer, state.rflags]).toEqual([0x8001_0031, 0x20, 0x500, 2]);
    expect([state.segmentSelector[SEGMENT.CS], state.segmentSelector[SEGMENT.DS]].map(Number)).toEqual([0x10, 0x18]);
    expect(rsi).toBeGreaterThan(0);
    // The tables map each address to itself: 2 MiB pages, of which the last ends at 4 GiB.
    const second = u64((u64(Number(state.cr3)) & ~0xfff) + 24) - 3;
    expect(u64(second + 511 * 8)).toBe(0xffe0_0000 + 0x83);
    expect(u64(Number(state.gdtBase) + 0x10)).toBe(Number(0x00af_9b00_0000_ffffn));
  });

  it('is told by the zero page of memory, command line, initrd, ACPI and random bytes', () => {
    const initrd = new Uint8Array(3 * MIB).fill(0x42);
    const { memory, rsi, u32, u64 } = boot(linux(bzImage(), { initrd, commandLine: 'quiet été' }));
    expect([memory.view.getUint16(rsi + 0x1fe, true), u32(rsi + 0x202)]).toEqual([0xaa55, 0x5372_6448]);
    expect(textAt(memory, u32(rsi + 0x228))).toBe('quiet été');
    expect([u32(rsi + 0x218), u32(rsi + 0x21c)]).toEqual([61 * MIB, 3 * MIB]);
    expect(memory.bytes(61 * MIB, 2)).toEqual(Uint8Array.of(0x42, 0x42));
    expect(textAt(memory, u64(rsi + 0x70))).toContain('RSD PTR');
    const data = u64(rsi + 0x250);
    expect([u64(data), u32(data + 8), u32(data + 12), memory.bytes(data + 16, 1)?.[0]]).toEqual([0, 9, 64, 9]);
    const list = Array.from({ length: memory.bytes(rsi + 0x1e8, 1)?.[0] ?? 0 }, (_, index) => {
      const at = rsi + 0x2d0 + 20 * index;
      return [u64(at), u64(at + 8), u32(at + 16)];
    });
    expect(list).toEqual([
      [0, 0x9_fc00, 1],
      [0x9_fc00, 0x400, 2],
      [0xe_0000, 0x2_0000, 2],
      [0x10_0000, 63 * MIB, 1],
    ]);
  });

  it('that is packed otherwise unpacks itself: its code is entered 512 bytes in', () => {
    const { state, memory } = boot(linux(bzImage({ payload: Buffer.from('\x89LZO this is only known to the kernel', 'latin1') })));
    expect(state.pc).toBe(ENTRY + 0x200n);
    expect(memory.bytes(Number(ENTRY) + 0x300 + 1, 3)).toEqual(Uint8Array.from(Buffer.from('LZO')));
  });

  it('may be gzip in itself, and in the file', () => {
    expect(boot(linux(bzImage({ payload: gzipSync(kernel64()) }))).state.pc).toBe(ENTRY);
    expect(boot(linux(gzipSync(bzImage()))).state.pc).toBe(ENTRY);
  });

  test.each([
    ['a 32-bit kernel', bzImage({ extendedFlags: 0 }), 'for 32-bit x86'],
    ['an arm64 kernel', arm64Image(), 'an arm64 Linux kernel'],
    ['a RISC-V kernel', image(), 'RISC-V'],
    ['a truncated file', bzImage({ length: 4096 - 900 }), 'truncated'],
    ['a file cut off in its header', bzImage({ length: 0x220 }), 'truncated'],
    ['a protocol that is too old', bzImage({ version: 0x204 }), 'version 2.4'],
    ['a damaged payload', bzImage({ payload: packed(kernel64()).fill(0, 40, 60) }), 'damaged'],
    ['an ELF file for 32-bit x86', elf({ machine: I386, elfClass: 1 }), '32-bit x86'],
    ['an ELF file for another processor', elf(), '64-bit RISC-V'],
    ['text', new Uint8Array(4096).fill(0x20), 'no known format'],
  ])('%s is refused', (_, kernel, words) => {
    expect(() => boot(linux(kernel))).toThrow(MachineError);
    expect(() => boot(linux(kernel))).toThrow(words);
  });

  it('too little memory is said with what is needed', () => {
    expect(() => boot(linux(bzImage({ initSize: 64 * MIB })))).toThrow(
      'the kernel needs 80 MiB of memory to start, and this machine has 64 MiB',
    );
    expect(() => boot(linux(bzImage(), { initrd: new Uint8Array(47 * MIB) }))).toThrow('the initrd (47 MiB) does not fit');
  });

  it('a command line that is too long is refused', () => {
    expect(() => boot(linux(bzImage({ commandLineMax: 20 }), { commandLine: 'x'.repeat(21) }))).toThrow('takes 20');
  });

  it('firmware is refused: there is none yet', () => {
    expect(() => boot({ kind: 'firmware', firmware: new Uint8Array(256) })).toThrow('without firmware');
  });
});

describe('other ways', () => {
  it('an ELF kernel with a PVH entry starts there in 32-bit mode, with the start information in EBX', () => {
    const { state, memory, rbx, u32, u64 } = boot(linux(pvhKernel(0x100_0004), { initrd: new Uint8Array(MIB) }));
    expect([Number(state.pc), state.cr0 & 0x8000_0001, state.efer]).toEqual([0x100_0004, 1, 0]);
    expect([u32(rbx), u32(rbx + 4), u32(rbx + 12)]).toEqual([0x336e_c578, 1, 1]);
    expect(u64(u64(rbx + 16))).toBe(63 * MIB);
    expect(textAt(memory, u64(rbx + 24))).toBe('console=ttyS0');
    expect(textAt(memory, u64(rbx + 32))).toContain('RSD PTR');
    expect([u32(rbx + 48), u64(u64(rbx + 40))]).toEqual([4, 0]);
  });

  it('an ELF kernel without one starts in 64-bit mode with a zero page', () => {
    const { state, rsi, u32 } = boot(linux(kernel64()));
    expect([state.pc, u32(rsi + 0x202), state.efer]).toEqual([ENTRY, 0x5372_6448, 0x500]);
  });

  it('a multiboot program is told of memory and modules', () => {
    const { state, rbx, u32, memory } = boot(linux(multiboot1(), { initrd: new Uint8Array(MIB) }));
    expect([Number(state.pc), Number(state.gpr[0])]).toEqual([0x10_0040, 0x2bad_b002]);
    expect(u32(rbx) & 0x4d).toBe(0x4d);
    expect([u32(rbx + 4), u32(rbx + 8)]).toEqual([639, 63 * 1024]);
    expect(textAt(memory, u32(rbx + 16))).toBe('console=ttyS0');
    expect([u32(rbx + 20), u32(u32(rbx + 24))]).toEqual([1, 63 * MIB]);
    expect(u32(u32(rbx + 48))).toBe(20);
  });

  it('a multiboot 2 program is told by tags', () => {
    const { state, rbx, u32 } = boot(bare(multiboot2()));
    expect([Number(state.pc), Number(state.gpr[0])]).toEqual([0x20_0020, 0x36d7_6289]);
    const tags: number[] = [];
    for (let at = rbx + 8; at < rbx + u32(rbx); at += (u32(at + 4) + 7) & ~7) tags.push(u32(at));
    expect(tags).toEqual([1, 4, 6, 15, 0]);
  });

  it('a bare ELF program starts in 64-bit mode; a flat file is refused', () => {
    const { state, rsi, u32 } = boot(bare(kernel64()));
    expect([state.pc, u32(rsi + 0x2d0 + 3 * 20), u32(rsi + 0x2d8 + 3 * 20)]).toEqual([ENTRY, 0x10_0000, 63 * MIB]);
    expect(() => boot(bare(new Uint8Array(64).fill(0x90)))).toThrow('multiboot program or an ELF file');
  });
});
