/** What every arithmetic function starts with: operands that are NaN, and the native short cut. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { FLAG, type FloatState, isRaised, MODE, raise } from './environment.ts';
import { canonicalNan, type Format, isNan, isSignalling } from './format.ts';

/** What the writers of functions for one format share. */
export interface Context {
  readonly module: ModuleWriter;
  readonly state: FloatState;
  readonly format: Format;
  /** See `pack.ts`. */
  readonly pack: Callable;
}

const any = (r: Routine, conditions: Expression[]) => conditions.reduce((a, b) => r.or(a, b));

/** Returns the canonical NaN where an operand is NaN; a signalling one raises NV. */
export function returnIfNan(r: Routine, { state, format }: Context, ...operands: Expression[]): void {
  r.when(
    any(
      r,
      operands.map((operand) => isNan(r, operand)),
    ),
    () => {
      r.when(
        any(
          r,
          operands.map((operand) => isSignalling(r, operand)),
        ),
        () => raise(r, state, i32(FLAG.invalid)),
      );
      r.return(canonicalNan(r, format));
    },
  );
}

/** An invalid operation: raises NV, returns the canonical NaN. */
export function returnInvalid(r: Routine, { state, format }: Context): void {
  raise(r, state, i32(FLAG.invalid));
  r.return(canonicalNan(r, format));
}

/**
 * Where the mode is nearest-even and the native result (of the host's own arithmetic) is `safe`, that is, no flag but
 * NX can be due, returns it; NX is worked out by `exact`, and only if it is not raised already. With no `exact` the
 * short cut needs NX raised.
 */
export function returnNative(
  r: Routine,
  { state }: Context,
  mode: Expression,
  native: { value: Expression; safe: (value: Expression) => Expression; exact?: (value: Expression) => Expression },
): void {
  r.when(r.eq(mode, i32(MODE.nearest)), () => {
    const value = r.let(native.value);
    r.when(native.safe(value), () => {
      r.when(isRaised(r, state, FLAG.inexact), () => r.return(value));
      if (!native.exact) return;
      r.when(r.eqz(native.exact(value)), () => raise(r, state, i32(FLAG.inexact)));
      r.return(value);
    });
  });
}

/**
 * The magnitude is a normal number, and at least twice the smallest: that one may be what a smaller result was rounded
 * to, and then underflow is due. By the exponent field, which is cheaper than two comparisons.
 */
export const isSafelyNormal = (r: Routine, format: Format, value: Expression): Expression =>
  r.ltU(r.sub(exponentField(r, format, value), i32(2)), i32(2 * format.maxExponent - 1));

/** Neither infinite nor NaN. */
export const isFinite = (r: Routine, format: Format, value: Expression): Expression =>
  r.ne(exponentField(r, format, value), i32(2 * format.maxExponent + 1));

/** The exponent's bits as an i32: 0 for zero and subnormal numbers, all ones for infinity and NaN. */
const exponentField = (r: Routine, format: Format, value: Expression): Expression => {
  const ones = i32(2 * format.maxExponent + 1);
  if (format.type === 'f32') return r.and(r.shrU(r.reinterpret('i32', value), i32(23)), ones);
  return r.and(r.wrap(r.shrU(r.reinterpret('i64', value), i64(52))), ones);
};
