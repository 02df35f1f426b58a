/** Arithmetic of the x87 unit: operands that are no numbers, and results with their exceptions (SDM, volume 1, section 8.5). */
import type { CoreState } from './context.ts';
import { FSW, signal } from './x87-control.ts';
import {
  bitLength,
  type Exact,
  exact,
  type Extended,
  type Format,
  FORMATS,
  greatestOf,
  INDEFINITE,
  infinity,
  isDenormal,
  isInfinite,
  isNaN,
  isNegative,
  isSignalling,
  isUnsupported,
  isZero,
  quiet,
  RAISED,
  round,
  type Rounding,
  toExtended,
  zero,
} from './x87-number.ts';

export const roundingOf = ({ fpuControl }: CoreState): Rounding => ((fpuControl >> 10) & 3) as Rounding;
/** Precision control counts for the significand only: the exponent keeps its range. */
function formatOf({ fpuControl }: CoreState): Format {
  const bits = [24, 64, 53, 64][(fpuControl >> 8) & 3] ?? 64;
  return { ...FORMATS.extended, bits };
}
const masked = ({ fpuControl }: CoreState, flag: number) => (fpuControl & flag) !== 0;

export function invalid(state: CoreState): Extended {
  signal(state, RAISED.invalid);
  return INDEFINITE;
}

/** The NaN that comes of operands of which one is NaN or unsupported; undefined where none is. */
export function nanOf(state: CoreState, a: Extended, b: Extended = a): Extended | undefined {
  if (isUnsupported(a) || isUnsupported(b)) return invalid(state);
  if (!isNaN(a) && !isNaN(b)) return undefined;
  if (isSignalling(a) || isSignalling(b)) signal(state, RAISED.invalid);
  if (!isNaN(b)) return quiet(a);
  if (!isNaN(a)) return quiet(b);
  // A quiet one goes before a signalling one, then the larger significand, then the positive.
  if (isSignalling(a) !== isSignalling(b)) return isSignalling(a) ? quiet(b) : quiet(a);
  if (a.significand !== b.significand) return quiet(a.significand > b.significand ? a : b);
  return quiet(isNegative(a) ? b : a);
}
export function noteDenormals(state: CoreState, ...values: Extended[]): void {
  if (values.some(isDenormal)) signal(state, RAISED.denormal);
}

/** Rounds a result that is not zero to a format, and raises what comes of it. */
export function settle(state: CoreState, value: Exact, format: Format, sticky = false): Exact | 'infinite' {
  const rounding = roundingOf(state);
  const { value: found, inexact, up, tiny } = round(value, format, rounding, sticky);
  state.fpuStatus &= ~FSW.C1;
  const flag = found === undefined ? RAISED.overflow : tiny ? RAISED.underflow : 0;
  if (flag !== 0 && !masked(state, flag) && isExtended(format)) return wrapped(state, value, format, sticky, flag);
  if (found === undefined) {
    signal(state, RAISED.overflow | RAISED.inexact);
    const away = rounding === 0 || (rounding === 1 ? value.negative : rounding === 2 && !value.negative);
    if (away) state.fpuStatus |= FSW.C1;
    return away ? 'infinite' : greatestOf(format, value.negative);
  }
  if (tiny && (inexact || !masked(state, RAISED.underflow))) signal(state, RAISED.underflow);
  if (inexact) signal(state, RAISED.inexact);
  if (up) state.fpuStatus |= FSW.C1;
  return found;
}
/** The destination is a register. */
const isExtended = ({ greatest }: Format) => greatest === FORMATS.extended.greatest;
/** What exponents are moved by where overflow or underflow is not masked (SDM, volume 1, sections 8.5.4 and 8.5.5). */
const WRAP = 24576;
function wrapped(state: CoreState, value: Exact, format: Format, sticky: boolean, flag: number): Exact | 'infinite' {
  signal(state, flag);
  const power = value.power + (flag === RAISED.overflow ? -WRAP : WRAP);
  const { value: found, inexact, up, tiny } = round({ ...value, power }, format, roundingOf(state), sticky);
  // Scaled so far that even this does not bring it back.
  if (found === undefined || tiny) {
    signal(state, RAISED.inexact);
    if (!tiny) state.fpuStatus |= FSW.C1;
    return found === undefined ? 'infinite' : { ...found, significand: 0n };
  }
  if (inexact) signal(state, RAISED.inexact);
  if (up) state.fpuStatus |= FSW.C1;
  return found;
}
function result(state: CoreState, value: Exact, sticky = false): Extended {
  const settled = settle(state, value, formatOf(state), sticky);
  return settled === 'infinite' ? infinity(value.negative) : toExtended(settled);
}

function sum(state: CoreState, a: Exact, b: Exact): Extended {
  const power = Math.min(a.power, b.power);
  const at = ({ negative, significand, power: own }: Exact) => (significand << BigInt(own - power)) * (negative ? -1n : 1n);
  const total = at(a) + at(b);
  if (total === 0n) return zero(a.negative === b.negative ? a.negative : roundingOf(state) === 1);
  return result(state, { negative: total < 0n, significand: total < 0n ? -total : total, power });
}
export function add(state: CoreState, a: Extended, b: Extended): Extended {
  const nan = nanOf(state, a, b);
  if (nan) return nan;
  if (isInfinite(a) && isInfinite(b)) return isNegative(a) === isNegative(b) ? a : invalid(state);
  noteDenormals(state, a, b);
  if (isInfinite(a)) return a;
  if (isInfinite(b)) return b;
  return sum(state, exact(a), exact(b));
}
export function subtract(state: CoreState, a: Extended, b: Extended): Extended {
  return nanOf(state, a, b) ?? add(state, a, { exponent: b.exponent ^ 0x8000, significand: b.significand });
}
export function multiply(state: CoreState, a: Extended, b: Extended): Extended {
  const nan = nanOf(state, a, b);
  if (nan) return nan;
  const negative = isNegative(a) !== isNegative(b);
  const infinite = isInfinite(a) || isInfinite(b);
  if (infinite && (isZero(a) || isZero(b))) return invalid(state);
  noteDenormals(state, a, b);
  if (infinite) return infinity(negative);
  if (isZero(a) || isZero(b)) return zero(negative);
  const [x, y] = [exact(a), exact(b)];
  return result(state, { negative, significand: x.significand * y.significand, power: x.power + y.power });
}
export function divide(state: CoreState, a: Extended, b: Extended): Extended {
  const nan = nanOf(state, a, b);
  if (nan) return nan;
  const negative = isNegative(a) !== isNegative(b);
  if ((isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) return invalid(state);
  if (isZero(b) && !isInfinite(a)) {
    signal(state, RAISED.zeroDivide);
    return infinity(negative);
  }
  noteDenormals(state, a, b);
  if (isInfinite(a)) return infinity(negative);
  if (isInfinite(b) || isZero(a)) return zero(negative);
  const [x, y] = [exact(a), exact(b)];
  const shift = 130 + bitLength(y.significand) - bitLength(x.significand);
  const dividend = x.significand << BigInt(shift);
  return result(
    state,
    { negative, significand: dividend / y.significand, power: x.power - y.power - shift },
    dividend % y.significand !== 0n,
  );
}

function integerRoot(value: bigint): bigint {
  let guess = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
export function squareRoot(state: CoreState, a: Extended): Extended {
  const nan = nanOf(state, a);
  if (nan) return nan;
  if (isZero(a)) return a;
  if (isNegative(a)) return invalid(state);
  noteDenormals(state, a);
  if (isInfinite(a)) return a;
  const { significand, power } = exact(a);
  // An even power, and twice as many bits as the root needs.
  const shift = 140 + (power & 1);
  const scaled = significand << BigInt(shift);
  const root = integerRoot(scaled);
  return result(state, { negative: false, significand: root, power: (power - shift) / 2 }, root * root !== scaled);
}

/** -1, 0, 1, or undefined where they cannot be compared. @param isQuiet a quiet NaN is no invalid operation */
export function compare(state: CoreState, a: Extended, b: Extended, isQuiet: boolean): -1 | 0 | 1 | undefined {
  if (isUnsupported(a) || isUnsupported(b) || isNaN(a) || isNaN(b)) {
    if (!isQuiet || isUnsupported(a) || isUnsupported(b) || isSignalling(a) || isSignalling(b)) signal(state, RAISED.invalid);
    return undefined;
  }
  noteDenormals(state, a, b);
  const order = (value: Extended) => {
    const size = (BigInt(value.exponent & 0x7fff) << 64n) | value.significand;
    return isNegative(value) ? -size : size;
  };
  const [x, y] = [order(a), order(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
