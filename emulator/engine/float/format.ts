/**
 * The two binary formats and the numbers that follow from them (IEEE 754-2019, section 3.4), and how their bits and
 * significands are reached from a routine.
 */
import { type Expression, f32, f64, i32, i64 } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

export type FloatType = 'f32' | 'f64';

export interface Format {
  readonly type: FloatType;
  /** Bits of the significand, the hidden one included. */
  readonly precision: number;
  /** Exponents of the smallest and the largest normal number. */
  readonly minExponent: number;
  readonly maxExponent: number;
  readonly width: 32 | 64;
  /** Bits of infinity, of the canonical NaN (unprivileged manual, "NaN Generation and Propagation") and of quietness. */
  readonly infinity: bigint;
  readonly canonicalNan: bigint;
  readonly quietBit: bigint;
  readonly minNormal: number;
  readonly constant: (value: number) => Expression;
}

export const FORMATS: Readonly<Record<FloatType, Format>> = {
  f32: {
    type: 'f32',
    precision: 24,
    minExponent: -126,
    maxExponent: 127,
    width: 32,
    infinity: 0x7f80_0000n,
    canonicalNan: 0x7fc0_0000n,
    quietBit: 0x40_0000n,
    minNormal: 2 ** -126,
    constant: f32,
  },
  f64: {
    type: 'f64',
    precision: 53,
    minExponent: -1022,
    maxExponent: 1023,
    width: 64,
    infinity: 0x7ff0_0000_0000_0000n,
    canonicalNan: 0x7ff8_0000_0000_0000n,
    quietBit: 0x8_0000_0000_0000n,
    minNormal: 2 ** -1022,
    constant: f64,
  },
};

/** The bits of a float as an i64, zero-extended. */
export const bitsOf = (r: Routine, value: Expression): Expression =>
  value.type === 'f64' ? r.reinterpret('i64', value) : r.extendU(r.reinterpret('i32', value));

/** The float with the (low) bits of an i64. */
export const fromBits = (r: Routine, format: Format, bits: Expression): Expression =>
  format.type === 'f64' ? r.reinterpret('f64', bits) : r.reinterpret('f32', r.wrap(bits));

export const infinity = (format: Format): Expression => format.constant(Infinity);

export const isNan = (r: Routine, value: Expression): Expression => r.ne(value, value);
export const isInfinite = (r: Routine, format: Format, value: Expression): Expression => r.eq(r.abs(value), infinity(format));
export const isZero = (r: Routine, format: Format, value: Expression): Expression => r.eq(value, format.constant(0));
/** A NaN whose quiet bit is clear. */
export const isSignalling = (r: Routine, value: Expression): Expression =>
  r.and(isNan(r, value), r.eqz(r.and(bitsOf(r, value), i64(FORMATS[value.type as FloatType].quietBit))));
/** 1 for a set sign bit, -0 and NaN included. */
export const signOf = (r: Routine, format: Format, value: Expression): Expression =>
  r.wrap(r.shrU(bitsOf(r, value), i64(format.width - 1)));

/**
 * A finite number taken apart: (-1)^sign * significand * 2^(exponent - 63), the significand with bit 63 set. Zero has
 * significand 0 and an exponent below every other number's.
 */
export interface Parts {
  readonly sign: Expression;
  readonly exponent: Expression;
  readonly significand: Expression;
}

export function takeApart(r: Routine, format: Format, value: Expression): Parts {
  const { precision, minExponent } = format;
  const bits = r.let(bitsOf(r, value));
  const field = r.let(r.and(r.wrap(r.shrU(bits, i64(precision - 1))), i32(2 * format.maxExponent + 1)));
  const fraction = r.and(bits, i64((1n << BigInt(precision - 1)) - 1n));
  const hidden = r.shl(r.extendU(r.ne(field, i32(0))), i64(precision - 1));
  const integer = r.let(r.or(fraction, hidden));
  const shift = r.let(r.clz(integer));
  const unbiased = r.add(r.select(field, field, i32(1)), i32(minExponent - 1));
  return {
    sign: r.let(r.wrap(r.shrU(bits, i64(format.width - 1)))),
    exponent: r.let(r.sub(unbiased, r.sub(r.wrap(shift), i32(64 - precision)))),
    significand: r.let(r.shl(integer, shift)),
  };
}
