/** Conversions with integers in the host's own instructions, for where their rounding is what the guest wants. */
import type { IntegerKind } from '../../isa/cpu.ts';
import { type Expression, i64 } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';
import { MODE } from './environment.ts';
import type { FloatType, Format } from './format.ts';

/** The value rounded to an integer of its own type, as far as truncation will not do that: modes 0 to 3. */
export function roundNative(r: Routine, mode: number, a: Expression): Expression {
  if (mode === MODE.nearest) return r.nearest(a);
  if (mode === MODE.down) return r.floor(a);
  return mode === MODE.up ? r.ceil(a) : a;
}

/** Whether the value, truncated, fits the kind; not if it is NaN. */
export function integerRange(r: Routine, { constant, precision }: Format, kind: IntegerKind, a: Expression): Expression {
  const isUnsigned = kind === 'u32' || kind === 'u64';
  const width = kind === 'i32' || kind === 'u32' ? 32 : 64;
  const min = isUnsigned ? 0 : -(2 ** (width - 1));
  // Down to, but not including, min - 1; where the format has no number between the two, down to min.
  const isFine = isUnsigned || width < precision;
  const below = isFine ? r.gt(a, constant(min - 1)) : r.ge(a, constant(min));
  return r.and(below, r.lt(a, constant(2 ** (isUnsigned ? width : width - 1))));
}

/** The value truncated, as it lies in a register: an i64, narrow kinds sign-extended. */
export function truncateNative(r: Routine, kind: IntegerKind, a: Expression): Expression {
  const type = a.type as FloatType;
  switch (kind) {
    case 'i32':
      return r.extendS(r.convert(`i32_trunc_sat_${type}_s`, a));
    case 'u32':
      return r.extendS(r.convert(`i32_trunc_sat_${type}_u`, a));
    case 'i64':
      return r.convert(`i64_trunc_sat_${type}_s`, a);
    case 'u64':
      return r.convert(`i64_trunc_sat_${type}_u`, a);
  }
}

/** From the low 32 or all 64 bits of an i64, to nearest. */
export function fromIntegerNative(r: Routine, kind: IntegerKind, a: Expression, to: FloatType): Expression {
  switch (kind) {
    case 'i32':
      return r.convert(`${to}_convert_i32_s`, r.wrap(a));
    case 'u32':
      return r.convert(`${to}_convert_i32_u`, r.wrap(a));
    case 'i64':
      return r.convert(`${to}_convert_i64_s`, a);
    case 'u64':
      return r.convert(`${to}_convert_i64_u`, a);
  }
}

/** The i64, already extended as its kind wants, has no more bits than the format keeps. */
export function fitsFormat(r: Routine, { precision }: Format, isSigned: boolean, a: Expression): Expression {
  const limit = 1n << BigInt(precision);
  return isSigned ? r.leU(r.add(a, i64(limit)), i64(2n * limit)) : r.leU(a, i64(limit));
}
