/** The rows of F and D: which operands meet which operation, signs, NaN boxing, raw moves. */
import { describe, expect, test } from 'vitest';
import { rv64d } from '../../../emulator/isa/riscv/d.ts';
import { rv64f } from '../../../emulator/isa/riscv/f.ts';
import { integer, operands, Random } from './operands.ts';
import * as reference from './reference.ts';
import type { Mode, Type } from './reference.ts';
import { rowRunner } from './row-cpu.ts';
import { box, expected, type Registers } from './row-reference.ts';

const MODE: Mode = reference.MODES.RUP;
const COUNT = 200;
const ROWS = [...rv64f, ...rv64d].filter(({ name }) => !/^f[ls][wd]$/.test(name));
const runner = rowRunner(ROWS, MODE);

describe('rows of F and D', () => {
  test.each(ROWS)('$name', (row) => {
    const random = new Random(20261121);
    const isSingle = row.name.includes('.s') || row.name === 'fmv.x.w';
    const type: Type = isSingle && row.name !== 'fcvt.s.d' ? 'f32' : 'f64';
    for (let round = 0; round < COUNT; round++) {
      // One in eight singles is not boxed.
      const [fs1, fs2, fs3] = operands(random, type).map((bits) =>
        type === 'f32' && random.below(8) === 0 ? bits | (random.bits(31) << 32n) : box(type, bits),
      ) as [bigint, bigint, bigint];
      const given: Registers = { rs1: integer(random), fs1, fs2, fs3 };
      const { x, f, fflags } = runner.run(row, { ...given });
      const writesX = row.encoding.operands.some(({ name }) => name === 'rd');
      const { bits, flags } = expected(row.name, MODE, given);
      expect({ bits: (writesX ? x : f).toString(16), fflags }).toEqual({ bits: bits.toString(16), fflags: flags });
    }
  });
  test('reserved rounding modes are refused', () => {
    for (const { encoding, refuses, name } of ROWS) {
      if (!encoding.operands.some((operand) => operand.name === 'rm')) continue;
      expect([name, [0, 1, 2, 3, 4, 5, 6, 7].filter((rm) => refuses?.({ rm }))]).toEqual([name, [5, 6]]);
    }
  });
});
