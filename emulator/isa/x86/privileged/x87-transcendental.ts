/**
 * Transcendental instructions (SDM, volume 1, sections 8.3.6 to 8.3.10; volume 2A, tables of each): results are those of exact
 * arithmetic, rounded once to 64 bits. Precision control does not count for them.
 */
import type { CoreState } from './context.ts';
import { invalid, nanOf, noteDenormals, settle } from './x87-arithmetic.ts';
import { FSW, signal } from './x87-control.ts';
import {
  type Exact,
  exact,
  type Extended,
  FORMATS,
  infinity,
  isInfinite,
  isNegative,
  isZero,
  negated,
  RAISED,
  toExtended,
  zero,
} from './x87-number.ts';
import { arcTangent, cosine, exponential, FRACTION, logarithm, PI, quotient, sine } from './x87-series.ts';

export const ONE: Extended = { exponent: 0x3fff, significand: 1n << 63n };
/** The unit's own pi, of 66 bits: 4 times 0.C90FDAA22168C234C (SDM, volume 1, section 8.3.8), and where it ends. */
const UNIT_PI = 0xc90f_daa2_2168_c234_cn;
const UNIT_PI_POWER = -66;
/** From here on operands are not reduced. */
const TOO_LARGE = 0x3fff + 63;

/** Rounds a result of which the size may be a little more. */
function inexact(state: CoreState, value: Exact): Extended {
  const settled = settle(state, value, FORMATS.extended, true);
  return settled === 'infinite' ? infinity(value.negative) : toExtended(settled);
}
const exactly = (state: CoreState, value: Exact): Extended => {
  const settled = settle(state, value, FORMATS.extended);
  return settled === 'infinite' ? infinity(value.negative) : toExtended(settled);
};

/** What is left of an angle's size beyond multiples of half pi, at most a quarter of pi, and how many quadrants that is away. */
function reduced({ significand, power }: Exact): { readonly rest: Exact; readonly quadrant: number } {
  // In units of the last bit of both: half pi has a power of one less.
  const unit = Math.min(power, UNIT_PI_POWER - 1);
  const angle = significand << BigInt(power - unit);
  const half = UNIT_PI << BigInt(UNIT_PI_POWER - 1 - unit);
  if (angle * 2n <= half) return { rest: { negative: false, significand, power }, quadrant: 0 };
  const count = (2n * angle + half) / (2n * half);
  const rest = angle - count * half;
  return { rest: { negative: rest < 0n, significand: rest < 0n ? -rest : rest, power: unit }, quadrant: Number(count & 3n) };
}
/** Sine, or cosine, of an angle that is not zero. */
function circular(state: CoreState, value: Extended, shift: 0 | 1): Extended {
  const { negative, ...size } = exact(value);
  const { rest, quadrant } = reduced({ negative: false, ...size });
  const turned = (quadrant + shift) & 3;
  const useSine = turned % 2 === 0;
  const result = useSine ? sine(rest) : cosine(rest);
  const flips = turned >= 2 !== (useSine && rest.negative);
  return inexact(state, { ...result, negative: flips !== (shift === 0 && negative) });
}
/** C2, C1 as instructions of angles set them first. @returns whether the operand is small enough */
function within(state: CoreState, value: Extended): boolean {
  state.fpuStatus &= ~(FSW.C1 | FSW.C2);
  if ((value.exponent & 0x7fff) < TOO_LARGE) return true;
  state.fpuStatus |= FSW.C2;
  return false;
}

/** What an instruction of an angle gives: undefined where the operand is out of range (C2 is set). */
export type Angle = (state: CoreState, value: Extended) => Extended | undefined;
const angular =
  (ofZero: (value: Extended) => Extended, compute: (state: CoreState, value: Extended) => Extended): Angle =>
  (state, value) => {
    const nan = nanOf(state, value);
    if (nan) {
      state.fpuStatus &= ~FSW.C2;
      return nan;
    }
    if (isInfinite(value)) {
      state.fpuStatus &= ~FSW.C2;
      return invalid(state);
    }
    if (!within(state, value)) return undefined;
    if (isZero(value)) return ofZero(value);
    noteDenormals(state, value);
    return compute(state, value);
  };
export const sineOf = angular(
  (value) => value,
  (state, value) => circular(state, value, 0),
);
export const cosineOf = angular(
  () => ONE,
  (state, value) => circular(state, value, 1),
);
export const tangentOf = angular(
  (value) => value,
  (state, value) => {
    const { negative, ...size } = exact(value);
    const { rest, quadrant } = reduced({ negative: false, ...size });
    const [a, b] = [sine(rest), cosine(rest)];
    const odd = quadrant % 2 === 1;
    return inexact(state, { ...(odd ? quotient(b, a) : quotient(a, b)), negative: (rest.negative !== odd) !== negative });
  },
);

/** A part of pi, in eighths. */
const partOfPi = (state: CoreState, eighths: number, negative: boolean): Extended =>
  inexact(state, { negative, significand: PI * BigInt(eighths), power: -FRACTION - 3 });

/** FPATAN: the angle of the point (x, y). */
export function angleOf(state: CoreState, x: Extended, y: Extended): Extended {
  const nan = nanOf(state, x, y);
  if (nan) return nan;
  noteDenormals(state, x, y);
  state.fpuStatus &= ~FSW.C1;
  const negative = isNegative(y);
  const left = isNegative(x);
  if (isInfinite(y)) return partOfPi(state, isInfinite(x) ? (left ? 6 : 2) : 4, negative);
  if (isZero(y) || isInfinite(x)) return left ? partOfPi(state, 8, negative) : zero(negative);
  if (isZero(x)) return partOfPi(state, 4, negative);
  const [a, b] = [exact(absoluteOf(y)), exact(absoluteOf(x))];
  const ratio = quotient(a, b);
  const isSteep = compareSizes(a, b) > 0;
  const angle = arcTangent(isSteep ? quotient(b, a) : ratio);
  if (!left && !isSteep) return inexact(state, { ...angle, negative });
  const parts = fixedOf(angle);
  const half = PI >> 1n;
  const total = isSteep ? (left ? half + parts : half - parts) : PI - parts;
  return inexact(state, { negative, significand: total, power: -FRACTION });
}
const absoluteOf = (value: Extended): Extended => ({ exponent: value.exponent & 0x7fff, significand: value.significand });
const fixedOf = ({ significand, power }: Exact): bigint =>
  power + FRACTION >= 0
    ? significand << BigInt(power + FRACTION)
    : -(power + FRACTION) > 4096
      ? 0n
      : significand >> BigInt(-(power + FRACTION));
function compareSizes(a: Exact, b: Exact): number {
  const power = Math.min(a.power, b.power);
  // Numbers whose powers are far apart need not be lined up.
  if (Math.abs(a.power - b.power) > 200) return a.power > b.power ? 1 : -1;
  const [x, y] = [a.significand << BigInt(a.power - power), b.significand << BigInt(b.power - power)];
  return x > y ? 1 : x < y ? -1 : 0;
}

/** F2XM1. Beyond 1 in size the operand is left, as processors do. */
export function powerLessOne(state: CoreState, x: Extended): Extended {
  const nan = nanOf(state, x);
  if (nan) return nan;
  state.fpuStatus &= ~FSW.C1;
  if (isInfinite(x)) return isNegative(x) ? negated(ONE) : x;
  if (isZero(x)) return x;
  noteDenormals(state, x);
  const size = x.exponent & 0x7fff;
  if (size === 0x3fff && x.significand === 1n << 63n) return isNegative(x) ? { exponent: 0xbffe, significand: 1n << 63n } : x;
  if (size >= 0x3fff) {
    signal(state, RAISED.inexact);
    return x;
  }
  return inexact(state, { ...exponential(exact(x)), negative: isNegative(x) });
}

/** y times a logarithm that is not zero. */
const product = (state: CoreState, y: Extended, log: Exact, isExact: boolean): Extended => {
  const b = exact(y);
  const value = { negative: b.negative !== log.negative, significand: b.significand * log.significand, power: b.power + log.power };
  return isExact ? exactly(state, value) : inexact(state, value);
};
/** The logarithm of a positive number: exact where it is a power of two. */
function logarithmOf({ significand, power }: Exact): { readonly log: Exact; readonly isExact: boolean } {
  // The number as 2^whole times one from 0.7 to 1.4.
  const length = significand.toString(2).length;
  let whole = power + length - 1;
  if (significand === 1n << BigInt(length - 1))
    return { log: { negative: whole < 0, significand: BigInt(Math.abs(whole)), power: 0 }, isExact: true };
  let one = 1n << BigInt(length - 1);
  if (significand * 10n > one * 14n) {
    one <<= 1n;
    whole++;
  }
  const difference = significand - one;
  const size: Exact = { negative: difference < 0n, significand: difference < 0n ? -difference : difference, power: 0 };
  const part = logarithm(size, { significand: significand + one, power: 0 });
  if (whole === 0) return { log: part, isExact: false };
  const total = (BigInt(whole) << BigInt(FRACTION)) + (part.negative ? -fixedOf(part) : fixedOf(part));
  return { log: { negative: total < 0n, significand: total < 0n ? -total : total, power: -FRACTION }, isExact: false };
}

/** FYL2X: y * log2 x. */
export function logarithmTimes(state: CoreState, x: Extended, y: Extended): Extended {
  const nan = nanOf(state, x, y);
  if (nan) return nan;
  state.fpuStatus &= ~FSW.C1;
  const negative = isNegative(y);
  if (isNegative(x) && !isZero(x)) return invalid(state);
  if (isZero(x)) {
    if (isZero(y)) return invalid(state);
    if (!isInfinite(y)) signal(state, RAISED.zeroDivide);
    return infinity(!negative);
  }
  const isOne = x.exponent === 0x3fff && x.significand === 1n << 63n;
  if (isInfinite(x)) return isZero(y) ? invalid(state) : (noteDenormals(state, y), infinity(negative));
  if (isInfinite(y)) {
    if (isOne) return invalid(state);
    noteDenormals(state, x);
    return infinity(x.exponent < 0x3fff !== negative);
  }
  noteDenormals(state, x, y);
  if (isOne || isZero(y)) return zero(x.exponent < 0x3fff !== negative);
  const { log, isExact } = logarithmOf(exact(x));
  return product(state, y, log, isExact);
}
/** FYL2XP1: y * log2(x + 1). From -1 downwards the operand is left, as processors do. */
export function logarithmOfOneMore(state: CoreState, x: Extended, y: Extended): Extended {
  const nan = nanOf(state, x, y);
  if (nan) return nan;
  state.fpuStatus &= ~FSW.C1;
  const negative = isNegative(x) !== isNegative(y);
  if (isInfinite(x)) return isNegative(x) || isZero(y) ? invalid(state) : (noteDenormals(state, y), infinity(negative));
  if (isInfinite(y)) return isZero(x) ? invalid(state) : (noteDenormals(state, x), infinity(negative));
  noteDenormals(state, x, y);
  if (isZero(x) || isZero(y)) return zero(negative);
  if (isNegative(x) && (x.exponent & 0x7fff) >= 0x3fff) {
    signal(state, RAISED.inexact);
    return x;
  }
  const value = exact(x);
  if ((x.exponent & 0x7fff) >= 0x3ffe) {
    const sum = (1n << BigInt(-value.power)) + (value.negative ? -value.significand : value.significand);
    if (value.power <= 0) {
      const { log, isExact } = logarithmOf({ negative: false, significand: sum, power: value.power });
      return product(state, y, log, isExact);
    }
    const { log } = logarithmOf({ negative: false, significand: (value.significand << BigInt(value.power)) + 1n, power: 0 });
    return product(state, y, log, false);
  }
  // x / (2 + x), where the sum has all bits of both.
  const two = 1n << BigInt(Math.min(1 - value.power, 4096));
  const sum =
    1 - value.power > 4096
      ? { significand: 1n, power: 1 }
      : { significand: two + (value.negative ? -value.significand : value.significand), power: value.power };
  return product(state, y, logarithm(value, sum), false);
}
