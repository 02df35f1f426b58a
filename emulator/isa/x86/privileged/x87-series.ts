/**
 * Elementary functions in fixed-point integers: each series is summed to many more bits than a result has, and multiplied by the
 * exact operand last, so that small results are as precise as large ones. Results are a little less in size than the function's
 * value: what `round` calls sticky.
 */
import { bitLength, type Exact } from './x87-number.ts';

/** Bits of fraction that series are summed with. */
export const FRACTION = 200;
const ONE = 1n << BigInt(FRACTION);

/** A number that is not negative as fixed-point, cut off. */
export const fixed = ({ significand, power }: Pick<Exact, 'significand' | 'power'>): bigint => {
  const shift = power + FRACTION;
  if (shift >= 0) return significand << BigInt(shift);
  return shift < -bitLength(significand) ? 0n : significand >> BigInt(-shift);
};
/** The quotient of two numbers that are not negative, with all bits that matter. */
export function quotient(a: Pick<Exact, 'significand' | 'power'>, b: Pick<Exact, 'significand' | 'power'>): Exact {
  const shift = FRACTION + 64 + bitLength(b.significand);
  return { negative: false, significand: (a.significand << BigInt(shift)) / b.significand, power: a.power - b.power - shift };
}
/** A number times a series' sum, which is made a little less: the exact product is of another sign's series, or beyond its end. */
const scaled = (value: Pick<Exact, 'significand' | 'power'>, sum: bigint): Exact => ({
  negative: false,
  significand: value.significand * (sum - 1n),
  power: value.power - FRACTION,
});
const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(FRACTION);

/** The sum of terms, each the last one times `factor`, divided by what `divisor` says. */
function sumOf(factor: bigint, divisor: (index: number) => number, first = ONE): bigint {
  let sum = 0n;
  let term = first;
  for (let index = 1; term !== 0n && term !== -1n; index++) {
    sum += term;
    term = times(term, factor) / BigInt(divisor(index));
  }
  return sum;
}
/** The sum of (-square)^n / (2n + 1), or with `sign` 1 of square^n / (2n + 1). */
function odd(square: bigint, sign: 1 | -1): bigint {
  let sum = 0n;
  let power = ONE;
  for (let index = 0; power !== 0n; index++) {
    const term = power / BigInt(2 * index + 1);
    sum += sign < 0 && index % 2 === 1 ? -term : term;
    power = times(power, square);
  }
  return sum;
}

/** The square root of a fixed-point number. */
function root(value: bigint): bigint {
  const wide = value << BigInt(FRACTION);
  let guess = 1n << BigInt((bitLength(wide) + 1) >> 1);
  for (;;) {
    const next = (guess + wide / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** Sine and cosine of a number from 0 to pi / 4. */
export function sine(x: Exact): Exact {
  const square = squared(x);
  return scaled(
    x,
    sumOf(-square, (index) => 2 * index * (2 * index + 1)),
  );
}
export function cosine(x: Exact): Exact {
  const sum = sumOf(-squared(x), (index) => 2 * index * (2 * index - 1));
  return { negative: false, significand: sum - 1n, power: -FRACTION };
}
const squared = (x: Exact): bigint => times(fixed(x), fixed(x));

/** The arc tangent of a number from 0 to 1. */
export function arcTangent(x: Exact): Exact {
  // atan x = 2 atan(x / (1 + sqrt(1 + x^2))), three times: what is left is at most a tenth.
  let value = x;
  for (let halving = 0; halving < 3; halving++) {
    const divisor = ONE + root(ONE + squared(value));
    value = quotient(value, { significand: divisor, power: -FRACTION });
  }
  return scaled({ significand: value.significand, power: value.power + 3 }, odd(squared(value), -1));
}

/** 2 * atanh z, of z up to a fifth in size. */
const doubleAreaTangent = (z: Exact): Exact => scaled({ significand: z.significand, power: z.power + 1 }, odd(squared(z), 1));
/** The natural logarithm of 2. */
export const LN2 = fixed(doubleAreaTangent(quotient({ significand: 1n, power: 0 }, { significand: 3n, power: 0 })));
/** Pi. */
export const PI = fixed(arcTangent({ negative: false, significand: 1n, power: 0 })) << 2n;

/** The logarithm to base 2 of (b + a) / b, where a / (2b + a) is small; all but the sign of a. */
export function logarithm(a: Exact, sum: Pick<Exact, 'significand' | 'power'>): Exact {
  const natural = doubleAreaTangent(quotient(a, sum));
  return { ...quotient(natural, { significand: LN2, power: -FRACTION }), negative: a.negative };
}
/** 2^x - 1, of x up to 1 in size; its size. */
export function exponential(x: Exact): Exact {
  const t = (fixed(x) * LN2) >> BigInt(FRACTION);
  const sum = sumOf(x.negative ? -t : t, (index) => index + 1);
  return scaled({ significand: x.significand * LN2, power: x.power - FRACTION }, sum);
}
