/** Numbers in memory and in registers of the x87 unit (SDM, volume 1, section 4.2). */
import type { CoreState } from './context.ts';
import { FSW, signal } from './x87-control.ts';
import { nanOf, noteDenormals, roundingOf, settle } from './x87-arithmetic.ts';
import {
  bitLength,
  type Exact,
  exact,
  type Extended,
  FORMATS,
  infinity,
  isInfinite,
  isNaN,
  isNegative,
  isSignalling,
  isUnsupported,
  isZero,
  quiet,
  RAISED,
  type Rounding,
  shiftRounded,
  SIGN,
  toExtended,
  zero,
} from './x87-number.ts';

/** How single and double numbers lie in memory. */
const LAYOUT = {
  single: { fraction: 23n, exponentBits: 8n, bias: 127 },
  double: { fraction: 52n, exponentBits: 11n, bias: 1023 },
} as const;
export type Narrow = keyof typeof LAYOUT;

/** A single or double number made one of 80 bits: exact, but a signalling NaN becomes a quiet one. */
export function fromNarrow(state: CoreState, bits: bigint, format: Narrow): Extended {
  const { fraction, exponentBits, bias } = LAYOUT[format];
  const most = (1n << exponentBits) - 1n;
  const exponent = (bits >> fraction) & most;
  const low = bits & ((1n << fraction) - 1n);
  const negative = bits >> (fraction + exponentBits) !== 0n;
  if (exponent === most) {
    if (low === 0n) return infinity(negative);
    const value = { exponent: (negative ? SIGN : 0) | 0x7fff, significand: (1n << 63n) | (low << (63n - fraction)) };
    if (!isSignalling(value)) return value;
    signal(state, RAISED.invalid);
    return quiet(value);
  }
  if (exponent === 0n) {
    if (low === 0n) return zero(negative);
    signal(state, RAISED.denormal);
    return toExtended({ negative, significand: low, power: 1 - bias - Number(fraction) });
  }
  return toExtended({ negative, significand: low | (1n << fraction), power: Number(exponent) - bias - Number(fraction) });
}

/** Rounds to a single or double number's bits. */
export function toNarrow(state: CoreState, value: Extended, format: Narrow): bigint {
  const { fraction, exponentBits } = LAYOUT[format];
  const most = ((1n << exponentBits) - 1n) << fraction;
  const sign = (negative: boolean) => (negative ? 1n << (fraction + exponentBits) : 0n);
  const nan = nanOf(state, value);
  if (nan) return sign(isNegative(nan)) | most | ((nan.significand & ((1n << 63n) - 1n)) >> (63n - fraction));
  const negative = isNegative(value);
  if (isInfinite(value)) return sign(negative) | most;
  if (isZero(value)) return sign(negative);
  const settled = settle(state, exact(value), FORMATS[format]);
  if (settled === 'infinite') return sign(negative) | most;
  return sign(negative) | pack(settled, format);
}
function pack({ significand, power }: Exact, format: Narrow): bigint {
  const { fraction, bias } = LAYOUT[format];
  if (significand === 0n) return 0n;
  const leading = power + bitLength(significand) - 1;
  const least = FORMATS[format].least;
  const unit = Math.max(leading, least) - Number(fraction);
  const scaled = power >= unit ? significand << BigInt(power - unit) : significand >> BigInt(unit - power);
  return leading < least ? scaled : (BigInt(leading + bias) << fraction) | (scaled & ((1n << fraction) - 1n));
}

export const fromInteger = (value: bigint): Extended =>
  toExtended({ negative: value < 0n, significand: value < 0n ? -value : value, power: 0 });

/** Rounds to an integer of so many bits; the indefinite integer where it is none. */
export function toInteger(state: CoreState, value: Extended, bits: number, rounding: Rounding = roundingOf(state)): bigint {
  const indefinite = -(1n << BigInt(bits - 1));
  state.fpuStatus &= ~FSW.C1;
  if (isUnsupported(value) || isNaN(value) || isInfinite(value)) {
    signal(state, RAISED.invalid);
    return indefinite;
  }
  const { negative, significand, power } = exact(value);
  const { value: whole, inexact, up } = shiftRounded(significand, Math.min(-power, 200), negative, rounding);
  const result = negative ? -whole : whole;
  if (result < indefinite || result >= -indefinite) {
    signal(state, RAISED.invalid);
    return indefinite;
  }
  if (inexact) signal(state, RAISED.inexact);
  if (up) state.fpuStatus |= FSW.C1;
  return result;
}
/** FRNDINT. */
export function roundToInteger(state: CoreState, value: Extended): Extended {
  const nan = nanOf(state, value);
  if (nan || isInfinite(value) || isZero(value)) return nan ?? value;
  noteDenormals(state, value);
  const { negative, significand, power } = exact(value);
  if (power >= 0) return value;
  const { value: whole, inexact, up } = shiftRounded(significand, Math.min(-power, 200), negative, roundingOf(state));
  state.fpuStatus &= ~FSW.C1;
  if (inexact) signal(state, RAISED.inexact);
  if (up) state.fpuStatus |= FSW.C1;
  return toExtended({ negative, significand: whole, power: 0 });
}
