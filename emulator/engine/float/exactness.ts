/**
 * Cheap proofs that a native result is exact. Such a result is the same in every rounding mode and raises nothing, so
 * compiled code may keep it whatever `frm` and `fflags` are. Each gives an i32 that is 0 where there is no proof.
 */
import type { IntegerKind } from '../../isa/cpu.ts';
import { type Expression, f32, f64, i32 } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';
import type { Format } from './format.ts';
import { type Fused, multiplyAdd } from './fused.ts';
import { integerRange } from './native-conversions.ts';
import { errorOfSum } from './sums.ts';

type E = Expression;

const wider = (r: Routine, value: E) => r.convert('f64_promote_f32', value);
const isZero = (r: Routine, value: E) => r.eq(value, value.type === 'f32' ? f32(0) : f64(0));

/** Below this the residual of a product may itself be lost to underflow. */
const RESIDUAL_FROM = 2 ** -900;
/** x * y - z is zero, for doubles, z large enough to tell. */
const hasNoResidual = (r: Routine, x: E, y: E, z: E) =>
  r.and(isZero(r, multiplyAdd(r, 'native', x, y, r.neg(z)).value), r.gt(r.abs(z), f64(RESIDUAL_FROM)));

/** The sum is exact and not zero (the sign of zero depends on the mode). Infinities and NaN leave an error of NaN. */
export const isExactSum = (r: Routine, a: E, b: E, sum: E): E => r.and(isZero(r, errorOfSum(r, a, b, sum)), r.eqz(isZero(r, sum)));

/** x * y is exactly z. Without fusion nothing is known of doubles. */
export function isExactProduct(r: Routine, fused: Fused, x: E, y: E, z: E): E {
  if (z.type === 'f32') return r.eq(r.mul(wider(r, x), wider(r, y)), wider(r, z)); // 48 bits fit a double
  return fused === 'native' ? hasNoResidual(r, x, y, z) : i32(0);
}

/** a * b + c, `value` in its format, is exact and not zero. */
export function exactMultiplyAdd(r: Routine, fused: Fused, a: E, b: E, c: E): { value: E; isExact: E } {
  if (a.type === 'f32') {
    const product = r.let(r.mul(wider(r, a), wider(r, b)));
    const addend = r.let(wider(r, c));
    const sum = r.let(r.add(product, addend));
    const value = r.let(r.convert('f32_demote_f64', sum));
    return { value, isExact: r.and(isExactSum(r, product, addend, sum), r.eq(wider(r, value), sum)) };
  }
  const product = r.let(r.mul(a, b));
  const value = r.let(r.add(product, c));
  return { value, isExact: r.and(isExactProduct(r, fused, a, b, product), isExactSum(r, product, c, value)) };
}

/** The value is an integer of the kind. */
export const isExactInteger = (r: Routine, format: Format, kind: IntegerKind, a: E): E =>
  r.and(r.eq(r.trunc(a), a), integerRange(r, format, kind, a));

/** The double is what the single came from. */
export const isExactSingle = (r: Routine, single: E, from: E): E => r.eq(wider(r, single), from);
