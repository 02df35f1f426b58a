/** Every function of the emulator's floating point with its oracle and the operands that suit it. */
import { type FloatFunctionName, INTEGER_KINDS } from '../../../emulator/engine/float/functions.ts';
import { aroundIntegers, bitsFrom, integer, operand, operands, ordinary, type Random } from './operands.ts';
import * as reference from './reference.ts';
import type { Mode, Result, Type } from './reference.ts';

export interface Case {
  readonly name: FloatFunctionName;
  /** Whether the rounding mode matters. */
  readonly rounds: boolean;
  expected(mode: Mode, operands: readonly bigint[]): Result;
  /** Hostile operands, and such as programs have. */
  hostile(random: Random): bigint[];
  ordinary(random: Random): bigint[];
}

const TYPES: readonly Type[] = ['f32', 'f64'];
type Operands = readonly [bigint, bigint, bigint];
const make = (
  name: FloatFunctionName,
  type: Type,
  expected: (mode: Mode, operands: Operands) => Result,
  more: Partial<Pick<Case, 'rounds' | 'hostile' | 'ordinary'>> = {},
): Case => ({
  name,
  rounds: true,
  expected: (mode, given) => expected(mode, given as unknown as Operands),
  hostile: (random) => operands(random, type),
  ordinary: (random) => [ordinary(random, type), ordinary(random, type), ordinary(random, type)],
  ...more,
});

function arithmetic(type: Type): Case[] {
  const positive = (random: Random) => [ordinary(random, type) & ~reference.signBit(type, true)];
  const cases = (['add', 'sub', 'mul', 'div'] as const).map((name) =>
    make(`${name}.${type}`, type, (mode, [a, b]) => reference[name](type, mode, a, b)),
  );
  return [
    ...cases,
    make(`sqrt.${type}`, type, (mode, [a]) => reference.sqrt(type, mode, a), { ordinary: positive }),
    make(`fma.${type}`, type, (mode, [a, b, c]) => reference.fma(type, mode, a, b, c)),
  ];
}
function unrounded(type: Type): Case[] {
  return [
    ...(['min', 'max'] as const).map((name) =>
      make(`${name}.${type}`, type, (_, [a, b]) => reference.extremum(name, type, a, b), { rounds: false }),
    ),
    ...(['eq', 'lt', 'le'] as const).map((name) =>
      make(`${name}.${type}`, type, (_, [a, b]) => reference.compare(name, type, a, b), { rounds: false }),
    ),
    make(`classify.${type}`, type, (_, [a]) => reference.classify(type, a), { rounds: false }),
  ];
}
function conversions(type: Type): Case[] {
  const other: Type = type === 'f32' ? 'f64' : 'f32';
  const between = make(`convert.${type}`, other, (mode, [a]) => reference.convert(other, type, mode, a), {
    hostile: (random) => [random.below(2) ? operand(random, other) : narrowed(random, other)],
  });
  const integers = INTEGER_KINDS.flatMap((kind) => [
    make(`toInteger.${type}.${kind}`, type, (mode, [a]) => reference.toInteger(type, mode, a, kind), {
      hostile: (random) => [aroundIntegers(random, type)],
      ordinary: (random) => [ordinary(random, type) & ~reference.signBit(type, true)],
    }),
    make(`fromInteger.${kind}.${type}`, type, (mode, [a]) => reference.fromInteger(kind, type, mode, a), {
      hostile: (random) => [integer(random)],
      ordinary: (random) => [integer(random)],
    }),
  ]);
  return [between, ...integers];
}
/** Doubles around singles: their ties and the edges of their range. */
function narrowed(random: Random, type: Type): bigint {
  if (type === 'f32') return operand(random, type);
  if (random.below(6) === 0) return bitsFrom('f64', 2 ** -126) - (1n << BigInt(random.below(31)));
  const single = reference.convert('f32', 'f64', 0, operand(random, 'f32')).bits;
  return single ^ random.pick([0n, 1n << 28n, (1n << 28n) | 1n, (1n << 28n) - 1n, 1n, random.bits(29)]);
}

export const CASES: readonly Case[] = TYPES.flatMap((type) => [...arithmetic(type), ...unrounded(type), ...conversions(type)]);
