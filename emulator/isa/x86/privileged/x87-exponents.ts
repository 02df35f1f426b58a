/** Remainders, and instructions of exponents (SDM, volume 2A, "FPREM", "FPREM1", "FSCALE", "FXTRACT"). */
import type { CoreState } from './context.ts';
import { invalid, nanOf, noteDenormals, settle } from './x87-arithmetic.ts';
import { FSW, signal } from './x87-control.ts';
import {
  bitLength,
  type Exact,
  exact,
  type Extended,
  FORMATS,
  infinity,
  isInfinite,
  isNegative,
  isZero,
  RAISED,
  toExtended,
  zero,
} from './x87-number.ts';

const CONDITIONS = FSW.C0 | FSW.C1 | FSW.C2 | FSW.C3;
/** Low bits of the quotient: C1, C3, C0 from bit 0. */
const quotientBits = (quotient: bigint): number =>
  (quotient & 1n ? FSW.C1 : 0) | (quotient & 2n ? FSW.C3 : 0) | (quotient & 4n ? FSW.C0 : 0);

/** FPREM, or FPREM1 whose quotient is rounded to nearest. */
export const remainder =
  (nearest: boolean) =>
  (state: CoreState, a: Extended, b: Extended): Extended => {
    state.fpuStatus &= ~CONDITIONS;
    const nan = nanOf(state, a, b);
    if (nan) return nan;
    if (isInfinite(a) || isZero(b)) return invalid(state);
    noteDenormals(state, a, b);
    if (isZero(a) || state.fpuStatus & ~state.fpuControl & FSW.DE) return a;
    if (isInfinite(b)) return settled(state, exact(a));
    const [x, y] = [exact(a), exact(b)];
    const distance = x.power + bitLength(x.significand) - (y.power + bitLength(y.significand));
    if (distance < (nearest ? -1 : 0)) return settled(state, x);
    const power = Math.min(x.power, y.power);
    const size = x.significand << BigInt(x.power - power);
    let divisor = y.significand << BigInt(y.power - power);
    const partial = distance >= 64;
    if (partial) {
      state.fpuStatus |= FSW.C2;
      divisor <<= BigInt(distance - (32 + (distance % 32)));
    }
    let quotient = size / divisor;
    let rest = size % divisor;
    let { negative } = x;
    if (nearest && !partial) {
      const twice = rest * 2n;
      if (twice > divisor || (twice === divisor && (quotient & 1n) === 1n)) {
        quotient += 1n;
        rest = divisor - rest;
        negative = !negative;
      }
    }
    if (!partial) state.fpuStatus |= quotientBits(quotient);
    if (rest === 0n) return zero(x.negative);
    return settled(state, { negative, significand: rest, power });
  };
/** An exact result: it may still be too small. The quotient's bits stay. */
function settled(state: CoreState, value: Exact): Extended {
  const conditions = state.fpuStatus & CONDITIONS;
  const found = settle(state, value, FORMATS.extended);
  state.fpuStatus = (state.fpuStatus & ~CONDITIONS) | conditions;
  return found === 'infinite' ? infinity(value.negative) : toExtended(found);
}

/** More than any exponent can be away from another. */
const FARTHEST = 0x1_0000n;
/** FSCALE: the first operand times two to the second one's whole part. */
export function scale(state: CoreState, a: Extended, b: Extended): Extended {
  const nan = nanOf(state, a, b);
  if (nan) return nan;
  state.fpuStatus &= ~FSW.C1;
  const negative = isNegative(a);
  if (isInfinite(b)) {
    if (isNegative(b)) return isInfinite(a) ? invalid(state) : (noteDenormals(state, a), zero(negative));
    return isZero(a) ? invalid(state) : (noteDenormals(state, a), infinity(negative));
  }
  noteDenormals(state, a, b);
  if (isInfinite(a) || isZero(a) || isZero(b)) return a;
  const { significand, power, negative: down } = exact(b);
  const whole = power >= 0 ? (power > 20 ? FARTHEST : significand << BigInt(power)) : significand >> BigInt(Math.min(-power, 200));
  const by = Number(whole > FARTHEST ? FARTHEST : whole) * (down ? -1 : 1);
  const value = exact(a);
  const found = settle(state, { ...value, power: value.power + by }, FORMATS.extended);
  return found === 'infinite' ? infinity(negative) : toExtended(found);
}

/** FXTRACT. @returns the exponent as a number, and the significand from 1 to 2 */
export function extract(state: CoreState, a: Extended): { readonly exponent: Extended; readonly significand: Extended } {
  state.fpuStatus &= ~FSW.C1;
  const nan = nanOf(state, a);
  if (nan) return { exponent: nan, significand: nan };
  if (isInfinite(a)) return { exponent: infinity(false), significand: a };
  if (isZero(a)) {
    signal(state, RAISED.zeroDivide);
    return { exponent: infinity(true), significand: a };
  }
  noteDenormals(state, a);
  const { significand, power, negative } = exact(a);
  const leading = power + bitLength(significand) - 1;
  return {
    exponent: toExtended({ negative: leading < 0, significand: BigInt(Math.abs(leading)), power: 0 }),
    significand: toExtended({ negative, significand, power: 1 - bitLength(significand) }),
  };
}
