/** The assembler and the disassembler: every row there and back, pseudo-instructions, directives, errors; GNU as agrees. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble, AssemblyError } from '../../../emulator/isa/riscv/assembler.ts';
import { disassemble, disassembleWord } from '../../../emulator/isa/riscv/disassembler.ts';
import { extensions, rows } from '../../../emulator/isa/riscv/rows.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { randomBits, wordsOf } from './assembly-samples.ts';

const ORIGIN = 0x8000_0000n;
const texts = (source: string, options = {}): string[] => [...disassemble(assemble(source).bytes, ORIGIN, options)].map(({ text }) => text);
const data = (source: string): number[] => [...assemble(source).bytes];

describe.each(Object.entries(extensions))('%s', (_, table) => {
  test('every row goes to text and back, with and without aliases', () => {
    const random = randomBits(0x5eed);
    for (const row of table)
      for (const word of wordsOf(row, 24, random))
        for (const aliases of [true, false]) {
          const { text, length } = disassembleWord(word, ORIGIN, { aliases, compressed: true });
          expect(text, row.name).not.toMatch(/^\.(word|half)/);
          const { bytes } = assemble(text);
          expect(bytes.length, text).toBe(length);
          // Both addi and add are shown as mv; it is written as addi.
          if (aliases && text.startsWith('mv ') && row.name === 'add') continue;
          const again = length === 4 ? new DataView(bytes.buffer).getUint32(0, true) : new DataView(bytes.buffer).getUint16(0, true);
          expect(again.toString(16), text).toBe(word.toString(16));
        }
  });
});

describe('pseudo-instructions', () => {
  test.each([
    ['nop', 'addi zero,zero,0'],
    ['mv a0, a1', 'addi a0,a1,0'],
    ['ret', 'jalr zero,0(ra)'],
    ['jr t0', 'jalr zero,0(t0)'],
    ['jalr t0', 'jalr ra,0(t0)'],
    ['jalr ra, t0', 'jalr ra,0(t0)'],
    ['beqz a0, .', 'beq a0,zero,0x80000000'],
    ['bgt a0, a1, .', 'blt a1,a0,0x80000000'],
    ['j .+8', 'jal zero,0x80000008'],
    ['csrr a0, mhartid', 'csrrs a0,mhartid,zero'],
    ['csrw mtvec, t0', 'csrrw zero,mtvec,t0'],
    ['csrsi mstatus, 8', 'csrrsi zero,mstatus,8'],
    ['add a0, a0, 5', 'addi a0,a0,5'],
    ['fmv.d fa0, fa1', 'fsgnj.d fa0,fa1,fa1'],
    ['sfence.vma', 'sfence.vma zero,zero'],
    ['fence', 'fence iorw,iorw'],
    ['amoadd.w.aqrl a0, a1, (a2)', 'amoadd.w.aqrl a0,a1,(a2)'],
    ['lw fp, -4(x2)', 'lw s0,-4(sp)'],
    ['ld a0, (a1)', 'ld a0,0(a1)'],
    ['lui a0, %hi(0x12345fff)', 'lui a0,0x12346'],
    ['addi a0, a0, %lo(0x12345fff)', 'addi a0,a0,-1'],
  ])('%s', (source, expected) => expect(texts(source, { aliases: false })).toEqual([expected]));

  test('the disassembler shows them', () => {
    expect(texts('addi a0, zero, 5\njalr zero, 0(ra)\nsub a0, zero, a1\ncsrrs a0, time, zero\nbge zero, a0, .\njalr zero, 4(ra)')).toEqual([
      'li a0,5',
      'ret',
      'neg a0,a1',
      'rdtime a0',
      'blez a0,0x80000010',
      'jalr zero,4(ra)',
    ]);
  });

  test.each([
    0n,
    1n,
    -1n,
    2047n,
    -2048n,
    2048n,
    0x12345000n,
    0x7fffffffn,
    -0x80000000n,
    0x80000000n,
    0xffffffffn,
    0x123456789abcdef0n,
    -0x8000000000000000n,
    0x7fffffffffffffffn,
    0xfffffffffffff800n,
  ])('li gives %d', (wanted) => {
    let value = 0n;
    for (const { text } of disassemble(assemble(`li a0, ${wanted}`).bytes, ORIGIN, { aliases: false })) {
      const [name, operands] = text.split(' ') as [string, string];
      const last = BigInt(operands.split(',').at(-1)!);
      if (name === 'lui') value = BigInt.asIntN(32, last << 12n);
      else if (name === 'addi') value = (operands.includes('zero') ? 0n : value) + last;
      else if (name === 'addiw') value = BigInt.asIntN(32, value + last);
      else if (name === 'slli') value <<= last;
      value = BigInt.asIntN(64, value);
    }
    expect(value).toBe(BigInt.asIntN(64, wanted));
  });

  test('addresses are reached from where the statement is', () => {
    const program = assemble(
      'start: la a0, message\n call start\nagain: auipc a1, %pcrel_hi(message)\n addi a1, a1, %pcrel_lo(again)\n.space 0x900\nmessage: .string "x"',
    );
    expect(program.symbols.get('message')).toBe(ORIGIN + 0x918n);
    expect([...disassemble(program.bytes.subarray(0, 24), ORIGIN)].map(({ text }) => text)).toEqual([
      'auipc a0,0x1',
      'addi a0,a0,-1768',
      'auipc ra,0x0',
      'jalr ra,-8(ra)',
      'auipc a1,0x1',
      'addi a1,a1,-1784',
    ]);
  });
});

describe('directives', () => {
  test('data in little-endian order, strings in UTF-8 with escapes', () => {
    expect(data('.byte 1, -1, \'a\'\n.half 0x1234\n.string "é\\n\\x41\\e", "b"')).toEqual([
      1, 255, 97, 0x34, 0x12, 0xc3, 0xa9, 10, 0x41, 27, 0, 98, 0,
    ]);
    expect(data('.dword 0x8000000000000000')).toEqual([0, 0, 0, 0, 0, 0, 0, 128]);
    expect(data('.ascii "a#b//c,d" # comment "x"')).toEqual([...Buffer.from('a#b//c,d')]);
  });
  test('alignment, space, constants, labels before and after', () => {
    const program = assemble(
      '.equ SIZE, 2 * (3 + 1)\n.byte 1\n.align 3\nhere: .space SIZE\nthere:\n.word there - here, SIZE << 4 | 1, ~0 & 0xff',
    );
    expect(program.symbols.get('here')).toBe(ORIGIN + 8n);
    expect([...program.bytes.slice(16)]).toEqual([8, 0, 0, 0, 0x81, 0, 0, 0, 0xff, 0, 0, 0]);
  });
  test('numeric labels mean the nearest one', () => {
    expect(texts('1: j 1f\n1: j 1b\n j 1b', { aliases: true })).toEqual(['j 0x80000004', 'j 0x80000004', 'j 0x80000004']);
  });
});

describe('errors name the line and what is wrong', () => {
  test.each([
    ['nop\nfoo a0', 2, /no instruction "foo"/],
    ['addi a0, a0, 4096', 1, /4096 does not fit addi: -2048 to 2047/],
    ['addi a0, a0', 1, /addi takes 3 operands, not 2/],
    ['beq a0, a1, .+3', 1, /3 does not fit beq.*in steps of 2/],
    ['j absent', 1, /no symbol "absent"/],
    ['add a0, b0, a1', 1, /"b0"/],
    ['lw a0, a1', 1, /no address: write OFFSET\(REGISTER\)/],
    ['x: nop\nx: nop', 2, /"x" is defined twice/],
    ['li a0, later\nlater: nop', 1, /"later" must be defined before/],
    ['.byte 256', 1, /256 does not fit 1 byte/],
    ['.string hello', 1, /no string in double quotes/],
    ['.unheard 1', 1, /no directive ".unheard"/],
    ['.align 20', 1, /cannot align/],
    ['c.addi16sp sp, 0', 1, /does not exist with these operands/],
    ['c.lw a0, 0(t0)', 1, /cannot name that register/],
    ['csrr a0, nothing', 1, /no symbol "nothing"/],
    ['fence rw, wr', 1, /no fence set/],
    ['.word 1 +', 1, /ends too early/],
    ['.word 1 / 0', 1, /division by zero/],
    ['slli a0, a0, 64', 1, /0 to 63/],
  ])('%s', (source, line, message) => {
    const problems = (() => {
      try {
        assemble(source);
        return [];
      } catch (error) {
        return error instanceof AssemblyError ? error.problems : [];
      }
    })();
    expect(problems).toEqual([{ line, message: expect.stringMatching(message) as unknown }]);
  });
});

test('what is no instruction is shown as data, and an odd end is not lost', () => {
  expect([...disassemble(Uint8Array.of(0, 0, 0xff, 0xff, 0xff, 0xff, 0x13, 0), ORIGIN)].map(({ text }) => text)).toEqual([
    '.half 0x0000',
    '.word 0xffffffff',
    '.half 0x0013',
  ]);
  expect(disassembleWord(0x0040006f, ORIGIN, { symbol: (address) => (address === ORIGIN + 4n ? 'next' : undefined) }).text).toBe(
    'j 0x80000004 <next>',
  );
});

describeWith(['riscv64-linux-gnu-gcc'], 'against GNU binutils', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vivarium-as-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const binutils = (name: string) => tool('riscv64-linux-gnu-gcc')!.replace(/gcc$/, name);

  test('GNU as reads our text and gives the same words', () => {
    const random = randomBits(7);
    const samples = rows.flatMap((row) => wordsOf(row, 12, random).map((word) => ({ word, row })));
    // GNU refuses these: compressed hints, empty fence sets, a rounding mode where none can matter.
    const odd = /^(c\.(addi|li|lui|slli|mv|add) zero|c\.s(rl|ra|ll)i \w+,0$|fence 0|fence \w+,0|fcvt\.d\.(s|wu?) .*,[a-z]{3}$)/;
    const lines = samples
      .map(({ word }) => disassembleWord(word, 0n, { aliases: false, compressed: true }).text)
      .filter((text) => !odd.test(text));
    const placed = lines.map((text) =>
      text.replace(/0x([0-9a-f]+)$/, (whole, hex: string) =>
        /^(c\.)?(j|b)/.test(text) ? `. + ${BigInt.asIntN(64, BigInt(`0x${hex}`))}` : whole,
      ),
    );
    writeFileSync(
      join(folder, 'all.s'),
      `.option norelax\n${placed.map((text) => `.option ${text.startsWith('c.') ? 'rvc' : 'norvc'}\n${text}`).join('\n')}\n`,
    );
    execFileSync(binutils('as'), ['-march=rv64gc_zba_zbb_zbs_zicbom_zicboz_svinval', '-o', join(folder, 'all.o'), join(folder, 'all.s')], {
      stdio: 'pipe',
    });
    execFileSync(binutils('objcopy'), ['-O', 'binary', '-j', '.text', join(folder, 'all.o'), join(folder, 'all.bin')]);
    const theirs = [...disassemble(readFileSync(join(folder, 'all.bin')), 0n, { aliases: false, compressed: true })];
    const ours = assemble(placed.join('\n'), { origin: 0n });
    expect(theirs.length).toBe(lines.length);
    const different = theirs.flatMap(({ address, length, text }, index) => {
      const own = ours.bytes.slice(Number(address), Number(address) + length);
      const theirBytes = readFileSync(join(folder, 'all.bin')).subarray(Number(address), Number(address) + length);
      return Buffer.compare(own, theirBytes) === 0
        ? []
        : [`${placed[index]}: ${Buffer.from(own).toString('hex')} / ${theirBytes.toString('hex')} (${text})`];
    });
    expect(different).toEqual([]);
    expect(lines.length).toBeGreaterThan(1500);
  });
});
