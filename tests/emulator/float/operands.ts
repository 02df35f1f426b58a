/** Seeded operands rich in what goes wrong: specials, ties, cancellation, the edges of every range. */
import { infinityBits, signBit, type Type } from './reference.ts';

/** A small reproducible generator (xorshift, 32 bits). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed || 1;
  }
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
  below(limit: number): number {
    return this.next() % limit;
  }
  bits(count: number): bigint {
    return ((BigInt(this.next()) << 32n) | BigInt(this.next())) & ((1n << BigInt(count)) - 1n);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const view = new DataView(new ArrayBuffer(8));
/** The bits of a number in a format. */
export function bitsFrom(type: Type, value: number): bigint {
  if (type === 'f64') view.setFloat64(0, value);
  else view.setFloat32(0, value);
  return type === 'f64' ? view.getBigUint64(0) : BigInt(view.getUint32(0));
}
export function numberFrom(type: Type, bits: bigint): number {
  if (type === 'f64') view.setBigUint64(0, bits);
  else view.setUint32(0, Number(bits));
  return type === 'f64' ? view.getFloat64(0) : view.getFloat32(0);
}

const FRACTION = { f32: 23, f64: 52 } as const;
const FIELD = { f32: 8, f64: 11 } as const;

function specials(type: Type): bigint[] {
  const fraction = BigInt(FRACTION[type]);
  const infinity = infinityBits(type, false);
  const one = bitsFrom(type, 1);
  const positive = [
    0n,
    1n,
    2n,
    3n,
    (1n << fraction) - 1n,
    1n << fraction,
    (1n << fraction) + 1n,
    infinity - 1n,
    infinity - 2n,
    infinity,
    one,
    one + 1n,
    one - 1n,
    ...[0.5, 1.5, 2, 2.5, 3, 0.1, 10].map((x) => bitsFrom(type, x)),
  ];
  const nans = [infinity + 1n, infinity | (1n << (fraction - 1n)), infinity | (1n << (fraction - 1n)) | 5n, infinity | 12n];
  return [...positive, ...nans].flatMap((bits) => [bits, bits | signBit(type, true)]);
}
const SPECIALS = { f32: specials('f32'), f64: specials('f64') };

/** A number with an exponent field in a range and a fraction that is random, sparse, or mostly ones. */
function shaped(random: Random, type: Type, lowField: number, fields: number): bigint {
  const width = FRACTION[type];
  const fraction = random.pick([
    () => random.bits(width),
    () => random.bits(6) << BigInt(width - 6),
    () => (random.bits(4) << BigInt(width - 4)) | random.bits(3),
    () => ((1n << BigInt(width)) - 1n) ^ random.bits(random.below(4)),
    () => random.bits(width) & ~((1n << BigInt(random.below(width))) - 1n),
  ])();
  const field = BigInt(lowField + random.below(fields));
  return signBit(type, random.below(2) === 1) | (field << BigInt(width)) | fraction;
}

/** Any operand. */
export function operand(random: Random, type: Type): bigint {
  const fields = 2 ** FIELD[type];
  const bias = fields / 2 - 1;
  const width = FRACTION[type];
  return random.pick([
    () => random.pick(SPECIALS[type]),
    () => random.bits(type === 'f64' ? 64 : 32),
    () => shaped(random, type, bias - 3, 8),
    () => shaped(random, type, bias - width - 2, 2 * width + 4),
    () => shaped(random, type, 0, 3),
    () => near(random, type, 1n << BigInt(width)),
    () => shaped(random, type, fields - 5, 4),
    () => shaped(random, type, Math.floor(bias / 2) - 4, 8),
    () => shaped(random, type, Math.floor(bias * 1.5) - 4, 8),
  ])();
}
/** An operand as programs use them: normal, of modest size, not special. */
export function ordinary(random: Random, type: Type): bigint {
  const bias = 2 ** (FIELD[type] - 1) - 1;
  return (
    signBit(type, random.below(2) === 1) | (BigInt(bias - 10 + random.below(20)) << BigInt(FRACTION[type])) | random.bits(FRACTION[type])
  );
}

const near = (random: Random, type: Type, bits: bigint) => {
  const moved = bits + BigInt(random.below(5) - 2);
  return moved < 0n || moved >= 1n << (type === 'f64' ? 64n : 32n) ? bits : moved;
};
/** What times a, or by what a divided, comes out next to the smallest or the largest normal number. */
function atEdge(random: Random, type: Type, a: bigint): bigint {
  const bias = 2 ** (FIELD[type] - 1) - 1;
  const edge = random.below(4) ? 2 ** (1 - bias) : 2 ** bias * (2 - 2 ** -FRACTION[type]);
  const value = numberFrom(type, a);
  return near(random, type, bitsFrom(type, random.below(2) ? edge / value : value / edge));
}
/** a * b is half a unit in c's last place but for so little that a sum of 53 bits does not see it. */
function almostTie(random: Random, type: Type): [bigint, bigint, bigint] {
  const width = FRACTION[type];
  const sliver = 2 ** -width * (1 + random.below(3));
  const half = 2 ** -(width + 1 + random.below(2));
  const sign = random.pick([1, -1]);
  return [bitsFrom(type, 1 + sliver), bitsFrom(type, sign * (1 - sliver) * half), shaped(random, type, 2 ** (FIELD[type] - 1) - 1, 1)];
}
/** Three operands, of which the later are often made to meet the earlier: same size, cancelling, half an ulp away. */
export function operands(random: Random, type: Type): [bigint, bigint, bigint] {
  const a = operand(random, type);
  const b = random.pick([
    () => operand(random, type),
    () => operand(random, type),
    () => near(random, type, a ^ signBit(type, true)),
    () => bitsFrom(type, numberFrom(type, a) * 2 ** -(FRACTION[type] + random.below(4))),
    () => bitsFrom(type, 2 ** (random.below(80) - 40)),
    () => atEdge(random, type, a),
    () => atEdge(random, type, a),
  ])();
  if (random.below(8) === 0) return almostTie(random, type);
  const product = numberFrom(type, a) * numberFrom(type, b);
  const scaled = (places: number) => near(random, type, bitsFrom(type, -product * 2 ** places));
  const c = random.pick([
    () => operand(random, type),
    () => scaled(0),
    () => scaled(0),
    () => scaled(-FRACTION[type] - random.below(4)),
    () => scaled(FRACTION[type] + random.below(4)),
    () => scaled(random.below(2 * FRACTION[type]) - FRACTION[type]),
  ])();
  return [a, b, c];
}

/** Numbers around the limits of the integers, with halves and fractions. */
export function aroundIntegers(random: Random, type: Type): bigint {
  const limit = random.pick([0, 1, 2, 3, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53, 2 ** 62, 2 ** 63, 2 ** 64]);
  const offset = random.pick([0, 0.5, 0.25, 0.75, 1, 1.5, 2 ** -30, -0.5, -1, -(2 ** -20), -1.5]);
  const value = limit + offset;
  return random.pick([
    () => near(random, type, bitsFrom(type, value)),
    () => bitsFrom(type, -value),
    () => bitsFrom(type, value),
    () => shaped(random, type, bitsFrom(type, 1) === 0x3f800000n ? 120 : 1015, 80),
    () => operand(random, type),
  ])();
}
/** Integers of every length, ties included. */
export function integer(random: Random): bigint {
  const length = 1 + random.below(64);
  const value = random.pick([
    () => random.bits(length),
    () => (1n << BigInt(length - 1)) + random.bits(2),
    () => (1n << BigInt(length)) - 1n - random.bits(2),
    () => (random.bits(24) << 40n) | (1n << 39n) | (random.below(3) === 0 ? 1n : 0n),
    () => (random.bits(53) << 11n) | (1n << 10n) | (random.below(3) === 0 ? 1n : 0n),
  ])();
  return BigInt.asUintN(64, random.below(2) ? value : -value);
}
