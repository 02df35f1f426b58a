/** Parts of ELF programs that lie outside memory: headers and notes are left out, code and data are refused by name. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { elfProgram } from '../../emulator/board/boot/elf.ts';
import { placeProgram } from '../../emulator/board/boot/place-program.ts';
import { RISCV64 } from '../../emulator/board/riscv64-virt/boot/boot.ts';
import { DRAM, KERNEL } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { SEGMENT } from '../../emulator/format/elf.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';

interface Part {
  readonly type?: number;
  readonly executable?: boolean;
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  readonly memory?: number;
}

/** A program without sections, its file filled with 0x13 from byte 512 on. */
function programOf(entry: number, parts: readonly Part[]): Uint8Array {
  const bytes = new Uint8Array(0x3000).fill(0x13, 512);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setBigUint64(24, BigInt(entry), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, parts.length, true);
  for (const [index, { type = SEGMENT.load, executable = false, at, offset, length, memory = length }] of parts.entries()) {
    const place = 64 + 56 * index;
    view.setUint32(place, type, true);
    view.setUint32(place + 4, executable ? 5 : 4, true);
    for (const [field, value] of [offset, at, at, length, memory].entries()) view.setBigUint64(place + 8 + 8 * field, BigInt(value), true);
  }
  return bytes;
}
const placed = (bytes: Uint8Array, movable = false) =>
  placeProgram('the program', elfProgram(bytes, 'the program', RISCV64), DRAM, movable ? KERNEL : undefined);

describe('of a program without sections', () => {
  const code: Part = { at: DRAM, offset: 0x1000, length: 0x100, executable: true };

  it('a segment of headers below memory is left out, and said in the log', () => {
    const { parts, entry, log } = placed(programOf(DRAM, [{ at: 0x1_0000, offset: 0, length: 64 + 2 * 56 }, code]));
    expect(parts.map(({ address, sizeBytes }) => [address, sizeBytes])).toEqual([[DRAM, 0x100]]);
    expect(entry).toBe(DRAM);
    expect(log).toEqual(['the program: ELF headers and notes at 0x10000 to 0x100b0 are left out, there is no memory']);
  });

  it('headers and notes in one segment are left out; anything else beside them is refused', () => {
    const withNote = (noteLength: number) =>
      programOf(DRAM, [
        { at: 0x1_0000, offset: 0, length: 0x240 },
        { type: SEGMENT.note, at: 0x1_0200, offset: 0x200, length: noteLength },
        code,
      ]);
    expect(placed(withNote(0x40)).parts).toHaveLength(1);
    expect(() => placed(withNote(0x3c))).toThrow(
      /linked for 0x100e8 \(segment 1\), where this board has no memory: link it for 0x80000000 or above/,
    );
  });

  it('zeros (bss) and code below memory are refused, code by that name', () => {
    const bss: Part = { at: 0x2_0000, offset: 0, length: 0, memory: 64 };
    expect(() => placed(programOf(DRAM, [code, bss]))).toThrow(/0x20000 \(segment 2\)/);
    expect(() => placed(programOf(0x1_0000, [{ ...code, at: 0x1_0000 }]))).toThrow(/0x10000 \(segment 1, executable\)/);
  });

  it('an entry outside all that is loaded is refused', () => {
    expect(() => placed(programOf(0x1_0000, [code]))).toThrow(/starts at 0x10000, which is in none of its segments/);
    expect(() => placed(programOf(DRAM + 0x100, [code]))).toThrow(/starts at 0x80000100, which is in none/);
  });

  it('a kernel linked below memory is moved as a whole, one that is half there is not', () => {
    const low = [
      { ...code, at: 0x1000 },
      { ...code, at: 0x2000 },
    ];
    expect(placed(programOf(0x2004, low), true)).toMatchObject({ entry: KERNEL + 0x1004, parts: [{ address: KERNEL }, {}] });
    expect(() => placed(programOf(DRAM, [code, { ...code, at: 0x1000 }]), true)).toThrow(/segment 2, executable/);
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'as the cross compiler links them', () => {
  function link(name: string, ...options: readonly string[]): Uint8Array {
    const folder = temporaryFolder();
    const source = join(folder, 'off.S');
    writeFileSync(source, '.globl _start\n_start: li t0,0x100000\nli t1,0x5555\nsw t1,(t0)\n1: j 1b\n');
    const file = join(folder, name);
    execFileSync(tool('riscv64-linux-gnu-gcc')!, ['-nostdlib', '-static', ...options, source, '-o', file]);
    return readFileSync(file);
  }

  test.each([
    ['with a build-id', ['-Wl,--build-id']],
    ['without', ['-Wl,--build-id=none']],
    ['with its headers stripped of sections', ['-Wl,--build-id', '-s']],
  ])('%s, text at the start of memory', (name, options) => {
    for (const movable of [false, true]) {
      const { entry, parts } = placed(link(name.replaceAll(' ', '-'), '-Wl,-Ttext=0x80000000', ...options), movable);
      expect(entry).toBe(DRAM);
      expect(parts.every(({ address }) => address >= DRAM)).toBe(true);
    }
  });

  test('text elsewhere is refused with the name of its section', () => {
    expect(() => placed(link('low', '-Wl,-Ttext=0x10000000'))).toThrow(/linked for 0x10000000 \(segment \d, executable, with \.text\)/);
  });
});
