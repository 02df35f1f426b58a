/**
 * Numbers of 80 bits in exact integer arithmetic (SDM, volume 1, sections 4.2 and 8.3): a sign, a significand of any size and
 * the power of two that it counts in. Results are rounded once, as the control word asks.
 */

/** A register's content. */
export interface Extended {
  /** Sign in bit 15, biased exponent below. */
  readonly exponent: number;
  readonly significand: bigint;
}
/** A finite number: (-1)^negative * significand * 2^power. */
export interface Exact {
  readonly negative: boolean;
  readonly significand: bigint;
  readonly power: number;
}

export const SIGN = 0x8000;
const BIAS = 16383;
const TOP = 0x7fff;
const INTEGER = 1n << 63n;
const QUIET = 1n << 62n;
export const INDEFINITE: Extended = { exponent: SIGN | TOP, significand: INTEGER | QUIET };
export const zero = (negative: boolean): Extended => ({ exponent: negative ? SIGN : 0, significand: 0n });
export const infinity = (negative: boolean): Extended => ({ exponent: (negative ? SIGN : 0) | TOP, significand: INTEGER });

export const isNegative = ({ exponent }: Extended): boolean => (exponent & SIGN) !== 0;
const biased = ({ exponent }: Extended) => exponent & TOP;
export const isNaN = (value: Extended): boolean =>
  biased(value) === TOP && (value.significand & (INTEGER - 1n)) !== 0n && value.significand >= INTEGER;
export const isSignalling = (value: Extended): boolean => isNaN(value) && (value.significand & QUIET) === 0n;
export const isInfinite = (value: Extended): boolean => biased(value) === TOP && value.significand === INTEGER;
export const isZero = (value: Extended): boolean => biased(value) === 0 && value.significand === 0n;
/** Formats that the unit does not know any more: the integer bit is clear where it may not be. */
export const isUnsupported = (value: Extended): boolean => biased(value) !== 0 && value.significand < INTEGER;
export const isDenormal = (value: Extended): boolean => biased(value) === 0 && value.significand !== 0n;
export const quiet = (value: Extended): Extended => ({ exponent: value.exponent, significand: value.significand | QUIET });
export const negated = ({ exponent, significand }: Extended): Extended => ({ exponent: exponent ^ SIGN, significand });
export const absolute = ({ exponent, significand }: Extended): Extended => ({ exponent: exponent & TOP, significand });

/** A finite number's value. */
export const exact = (value: Extended): Exact => ({
  negative: isNegative(value),
  significand: value.significand,
  power: Math.max(1, biased(value)) - BIAS - 63,
});

/** Exceptions as the status word has them. */
export const RAISED = { invalid: 1, denormal: 2, zeroDivide: 4, overflow: 8, underflow: 16, inexact: 32 } as const;

export const bitLength = (value: bigint): number => value.toString(2).length;

/** A format to round to: bits of the significand, and the least and greatest power of its leading bit. */
export interface Format {
  readonly bits: number;
  readonly least: number;
  readonly greatest: number;
}
export const FORMATS = {
  single: { bits: 24, least: -126, greatest: 127 },
  double: { bits: 53, least: -1022, greatest: 1023 },
  extended: { bits: 64, least: -16382, greatest: 16383 },
} as const;

/** 0 nearest, 1 down, 2 up, 3 towards zero. */
export type Rounding = 0 | 1 | 2 | 3;

export interface Rounded {
  /** Undefined: too large for the format. */
  readonly value: Exact | undefined;
  readonly inexact: boolean;
  readonly up: boolean;
  readonly tiny: boolean;
}

/** Shifts right by so many bits, and rounds. */
export function shiftRounded(
  significand: bigint,
  by: number,
  negative: boolean,
  rounding: Rounding,
): { value: bigint; inexact: boolean; up: boolean } {
  if (by <= 0) return { value: significand << BigInt(-by), inexact: false, up: false };
  const unit = 1n << BigInt(by);
  const rest = significand & (unit - 1n);
  const value = significand >> BigInt(by);
  if (rest === 0n) return { value, inexact: false, up: false };
  const half = unit >> 1n;
  const nearest = rest > half || (rest === half && (value & 1n) === 1n);
  const up = rounding === 0 ? nearest : rounding === 1 ? negative : rounding === 2 ? !negative : false;
  return { value: up ? value + 1n : value, inexact: true, up };
}

/** Rounds a number that is not zero. @param sticky it is really a little more than this */
export function round(
  { negative, significand, power }: Exact,
  { bits, least, greatest }: Format,
  rounding: Rounding,
  sticky = false,
): Rounded {
  // Two bits further down than anything that counts.
  const given = sticky ? (significand << 2n) | 1n : significand << 2n;
  const length = bitLength(given);
  const leading = power - 2 + length - 1;
  const drop = Math.max(length - bits, least - (bits - 1) - (power - 2));
  const { value, inexact, up } = shiftRounded(given, drop, negative, rounding);
  // Whether it is tiny shows when it is rounded as if there were no least exponent.
  const tiny = leading < least && (leading < least - 1 || bitLength(shiftRounded(given, length - bits, negative, rounding).value) <= bits);
  const result = { negative, significand: value, power: power - 2 + drop };
  const overflows = value !== 0n && result.power + bitLength(value) - 1 > greatest;
  return { value: overflows ? undefined : result, inexact, up, tiny };
}

/** A rounded number as a register holds it. */
export function toExtended({ negative, significand, power }: Exact): Extended {
  if (significand === 0n) return zero(negative);
  const shift = 64 - bitLength(significand);
  const exponent = power - shift + 63 + BIAS;
  const sign = negative ? SIGN : 0;
  if (exponent > 0)
    return { exponent: sign | exponent, significand: shift >= 0 ? significand << BigInt(shift) : significand >> BigInt(-shift) };
  return { exponent: sign, significand: significand << BigInt(power + BIAS + 62) };
}

/** The greatest finite number of a format. */
export const greatestOf = ({ bits, greatest }: Format, negative: boolean): Exact => ({
  negative,
  significand: (1n << BigInt(bits)) - 1n,
  power: greatest - bits + 1,
});
