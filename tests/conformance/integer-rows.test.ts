/** Every computing row of I, M, C, Zba, Zbb and Zbs in every engine, against the model. */
import { describe, expect, test } from 'vitest';
import { extensions, rowNamed } from '../../emulator/isa/riscv/rows.ts';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { integerResults, type IntegerOperands } from './integer-model.ts';
import { inX, runTable, type Slot, word, X10_X11 } from './row-program.ts';

const EDGES = [
  0n,
  1n,
  2n,
  3n,
  31n,
  32n,
  63n,
  64n,
  0x7fn,
  0x80n,
  0xff00n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0xffff_ffff_8000_0000n,
  0x7fff_ffff_ffff_ffffn,
  1n << 63n,
  (1n << 63n) + 1n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
  0x0123_4567_89ab_cdefn,
  0x8040_2010_0804_0201n,
];
const PAIRS = EDGES.flatMap((a) => EDGES.map((b) => [a, b]));

const computing = Object.keys(integerResults);
const COVERED = ['I', 'M', 'C', 'Zba', 'Zbb', 'Zbs'].flatMap((name) => extensions[name] ?? []);

/** The values an immediate may have that are worth trying. */
function immediates(row: ReturnType<typeof rowNamed>): number[] {
  const bits = row.encoding.operands.find(({ name }) => ['imm', 'uimm', 'shamt'].includes(name));
  if (!bits) return [0];
  const step = Math.min(...bits.pieces.map(({ to }) => 2 ** to));
  const most = bits.width === 32 ? 0x7fff_f000 : bits.signed ? 2 ** (bits.width - 1) - step : 2 ** bits.width - step;
  const least = bits.signed ? -(most + step) : 0;
  const all = [least, least + step, -step, 0, step, 2 * step, most - step, most, Math.floor(most / 3 / step) * step];
  return [...new Set(all)].filter((value) => value >= least && value <= most);
}

interface Case {
  readonly slot: Slot;
  readonly expected: (operands: Omit<IntegerOperands, 'imm'>) => bigint;
}

/** A row with each immediate and with its registers the same, different, and x0. */
function casesOf(name: string): Case[] {
  const row = rowNamed(name);
  const model = integerResults[name] as (operands: IntegerOperands) => bigint;
  const named = (operand: string) => row.encoding.operands.some((bits) => bits.name === operand);
  const compressed = name.startsWith('c.');
  const make = (registers: { rd: number; rs1: number; rs2: number }, imm: number): Case | undefined => {
    const operands = { ...registers, imm, uimm: imm, shamt: imm };
    let encoded: number;
    try {
      encoded = word(name, operands);
    } catch {
      return undefined; // no such encoding
    }
    const onStack = name.endsWith('sp') || name.endsWith('spn');
    const setUp = onStack ? [word('addi', { rd: 2, rs1: 10, imm: 0 })] : [];
    const result = name === 'c.addi16sp' ? 2 : registers.rd;
    return {
      slot: { words: () => [...setUp, encoded], result: inX(result), loads: X10_X11 },
      expected: ({ a, b, pc }) => {
        if (result === 0) return 0n;
        const from = (register: number) => (register === 0 ? 0n : register === 11 ? b : a);
        const first = compressed ? a : from(registers.rs1);
        return BigInt.asUintN(64, model({ a: first, b: from(registers.rs2), imm: BigInt(imm), pc: pc + BigInt(setUp.length * 4) }));
      },
    };
  };
  const registers = compressed
    ? [
        { rd: 10, rs1: 10, rs2: 11 },
        { rd: 10, rs1: 10, rs2: 10 },
      ]
    : [
        { rd: 12, rs1: 10, rs2: 11 },
        { rd: 10, rs1: 10, rs2: 11 },
        { rd: 11, rs1: 10, rs2: 11 },
        { rd: 12, rs1: 10, rs2: 10 },
        { rd: 0, rs1: 10, rs2: 11 },
        { rd: 12, rs1: 0, rs2: 11 },
        { rd: 12, rs1: 10, rs2: 0 },
      ].filter(({ rs1, rs2 }) => (named('rs1') || rs1 === 10) && (named('rs2') || rs2 === 11));
  return immediates(row).flatMap((imm, index) =>
    (index === 0 ? registers : registers.slice(0, 1)).flatMap((chosen) => make(chosen, imm) ?? []),
  );
}

test('every computing row has a model, and the model names no other', () => {
  const others = /^(j|b(eq|ne|lt|ge)|l[bhwd]|s[bhwd]$|fence|ecall|ebreak|c\.(f?[ls][wd]|j|b|ebreak))/;
  expect(
    COVERED.map(({ name }) => name)
      .filter((name) => !others.test(name))
      .toSorted(),
  ).toEqual(computing.toSorted());
});

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  test.for(computing)('%s', (name) => {
    const cases = casesOf(name);
    expect(cases.length).toBeGreaterThan(0);
    const { results, placed } = runTable(
      core,
      cases.map(({ slot }) => slot),
      PAIRS,
    );
    const expected = PAIRS.flatMap(([a = 0n, b = 0n]) =>
      cases.map((each, index) => each.expected({ a, b, pc: BigInt(placed[index]?.at ?? 0) })),
    );
    expect(results).toEqual(expected);
  });
});
