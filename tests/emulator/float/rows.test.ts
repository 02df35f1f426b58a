/** The rows of F and D: which operands meet which operation, signs, NaN boxing, raw moves. */
import { describe, expect, test } from 'vitest';
import { rv64d } from '../../../emulator/isa/riscv/d.ts';
import { rv64f } from '../../../emulator/isa/riscv/f.ts';
import { integer, operands, Random } from './operands.ts';
import * as reference from './reference.ts';
import { type Kind, type Mode, nanBits, type Result, signBit, type Type } from './reference.ts';
import { rowRunner } from './row-cpu.ts';

const MODE: Mode = reference.MODES.RUP;
const COUNT = 200;
const BOX = 0xffff_ffffn << 32n;
const TYPE_OF: Readonly<Record<string, Type>> = { s: 'f32', d: 'f64' };
const KIND_OF: Readonly<Record<string, Kind>> = { w: 'i32', wu: 'u32', l: 'i64', lu: 'u64' };

/** What a register holds for an instruction of the type: an f32 must be boxed. */
const unbox = (type: Type, register: bigint) =>
  type === 'f64' ? register : register >> 32n === 0xffff_ffffn ? register & 0xffff_ffffn : nanBits('f32');
const box = (type: Type, bits: bigint) => (type === 'f64' ? bits : bits | BOX);
const raw = (bits: bigint): Result => ({ bits, flags: 0 });

interface Registers {
  readonly rs1: bigint;
  readonly fs1: bigint;
  readonly fs2: bigint;
  readonly fs3: bigint;
}
/** Expected register contents (f or x, whichever the row writes) and flags. */
function expected(name: string, { rs1, fs1, fs2, fs3 }: Registers): Result {
  const [operation, first, second] = name.split('.') as [string, string, string];
  if (name === 'fmv.x.w') return raw(BigInt.asUintN(64, BigInt.asIntN(32, fs1)));
  if (name === 'fmv.w.x') return raw((rs1 & 0xffff_ffffn) | BOX);
  if (name === 'fmv.x.d') return raw(fs1);
  if (name === 'fmv.d.x') return raw(rs1);
  if (operation === 'fcvt') {
    const [to, from] = [TYPE_OF[first], TYPE_OF[second]];
    if (!to) return reference.toInteger(from as Type, MODE, unbox(from as Type, fs1), KIND_OF[first] as Kind);
    const { bits, flags } = from
      ? reference.convert(from, to, MODE, unbox(from, fs1))
      : reference.fromInteger(KIND_OF[second] as Kind, to, MODE, rs1);
    return { bits: box(to, bits), flags };
  }
  const type = TYPE_OF[first] as Type;
  const [a, b, c] = [fs1, fs2, fs3].map((register) => unbox(type, register)) as [bigint, bigint, bigint];
  const sign = signBit(type, true);
  const result = ((): Result => {
    switch (operation) {
      case 'fmadd':
        return reference.fma(type, MODE, a, b, c);
      case 'fmsub':
        return reference.fma(type, MODE, a, b, c ^ sign);
      case 'fnmsub':
        return reference.fma(type, MODE, a ^ sign, b, c);
      case 'fnmadd':
        return reference.fma(type, MODE, a ^ sign, b, c ^ sign);
      case 'fsgnj':
        return raw((a & ~sign) | (b & sign));
      case 'fsgnjn':
        return raw((a & ~sign) | (~b & sign));
      case 'fsgnjx':
        return raw(a ^ (b & sign));
      case 'fmin':
      case 'fmax':
        return reference.extremum(operation === 'fmin' ? 'min' : 'max', type, a, b);
      case 'feq':
      case 'flt':
      case 'fle':
        return reference.compare(operation.slice(1) as 'eq' | 'lt' | 'le', type, a, b);
      case 'fclass':
        return reference.classify(type, a);
      case 'fsqrt':
        return reference.sqrt(type, MODE, a);
      case 'fadd':
      case 'fsub':
      case 'fmul':
      case 'fdiv':
        return reference[operation.slice(1) as 'add' | 'sub' | 'mul' | 'div'](type, MODE, a, b);
      default:
        throw new Error(`no oracle for ${name}`);
    }
  })();
  return /^f(eq|lt|le|class)$/.test(operation) ? result : { ...result, bits: box(type, result.bits) };
}

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
      const { bits, flags } = expected(row.name, given);
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
