/** What every arithmetic function starts with: operands that are NaN, and the native short cut. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { flag, FLAG, flushes, type FloatState, isRaised, MODE, raise } from './environment.ts';
import { bitsOf, type Format, fromBits, isNan, isSignalling } from './format.ts';

/** What the writers of functions for one format share. */
export interface Context {
  readonly module: ModuleWriter;
  readonly state: FloatState;
  readonly format: Format;
  /** See `pack.ts`. */
  readonly pack: Callable;
}

const any = (r: Routine, conditions: Expression[]) => conditions.reduce((a, b) => r.or(a, b));

/** The NaN that an operation makes of its own: of a format that is not the context's, too. */
export function defaultNan(r: Routine, { state }: Pick<Context, 'state'>, format: Format): Expression {
  const sign = state.rules?.nan?.negative ? 1n << BigInt(format.width - 1) : 0n;
  return fromBits(r, format, i64(format.canonicalNan | sign));
}

/** The NaN that comes of operands of which one is. */
function nanOf(r: Routine, { state, format }: Context, operands: readonly Expression[]): Expression {
  const rule = state.rules?.nan;
  if (!rule) return defaultNan(r, { state }, format);
  const quiet = (operand: Expression) => fromBits(r, format, r.or(bitsOf(r, operand), i64(format.quietBit)));
  const last = operands.at(-1) as Expression;
  const first = operands.slice(0, -1).reduceRight((rest, operand) => r.select(isNan(r, operand), quiet(operand), rest), quiet(last));
  if (rule.prefers === 'first') return first;
  return operands.reduceRight((rest, operand) => r.select(isSignalling(r, operand), quiet(operand), rest), first);
}

/** Returns the NaN that the architecture wants where an operand is NaN; a signalling one raises invalid. */
export function returnIfNan(r: Routine, context: Context, ...operands: Expression[]): void {
  const { state } = context;
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
        () => raise(r, state, flag(state, FLAG.invalid)),
      );
      r.return(nanOf(r, context, operands));
    },
  );
}

/** An invalid operation: raises invalid, returns a NaN. */
export function returnInvalid(r: Routine, { state, format }: Context): void {
  raise(r, state, flag(state, FLAG.invalid));
  r.return(defaultNan(r, { state }, format));
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
      r.when(r.eqz(native.exact(value)), () => raise(r, state, flag(state, FLAG.inexact)));
      r.return(value);
    });
  });
}

/** Raises what a subnormal operand does where none is NaN. */
export function noticeSubnormal(r: Routine, { state }: Pick<Context, 'state'>, format: Format, operands: readonly Expression[]): void {
  const raised = state.rules?.subnormal;
  if (raised === undefined) return;
  const isSmall = (operand: Expression) => r.eqz(exponentField(r, format, operand));
  r.when(any(r, operands.map(isSmall)), () => {
    const isSubnormal = (operand: Expression) => r.and(isSmall(operand), r.ne(operand, format.constant(0)));
    const hasNan = any(
      r,
      operands.map((operand) => isNan(r, operand)),
    );
    r.when(r.and(any(r, operands.map(isSubnormal)), r.eqz(hasNan)), () => raise(r, state, i32(raised)));
  });
}

/** The same for what minds subnormal operands, as integers made of them do not. */
export function arithmeticOperands(r: Routine, context: Pick<Context, 'state'>, format: Format, ...parameters: number[]): Expression[] {
  const operands = operandsOf(r, context, format, ...parameters);
  noticeSubnormal(r, context, format, operands);
  return operands;
}

/**
 * Parameters that are operands, subnormal ones taken for zero where that is on.
 */
export function operandsOf(r: Routine, { state }: Pick<Context, 'state'>, format: Format, ...parameters: number[]): Expression[] {
  const on = flushes(r, state, 'operands');
  const operands = parameters.map((index) => r.parameter(index));
  if (on)
    r.when(on, () => {
      for (const operand of operands)
        r.when(r.eqz(exponentField(r, format, operand.get())), () => {
          const sign = r.and(bitsOf(r, operand.get()), i64(1n << BigInt(format.width - 1)));
          operand.set(fromBits(r, format, sign));
        });
    });
  return operands.map((operand) => operand.get());
}

/** A native result may be kept as far as flushing goes: it is not subnormal, or nothing is flushed. Absent: always. */
export function isUnflushed(r: Routine, { state, format }: Context, value: Expression): Expression {
  const results = flushes(r, state, 'results');
  if (!results) return i32(1);
  const traps = flushes(r, state, 'trapsUnderflow');
  const on = traps ? r.or(results, traps) : results;
  return r.or(r.eqz(on), r.or(r.ne(exponentField(r, format, value), i32(0)), r.eq(value, format.constant(0))));
}

/**
 * The magnitude is a normal number, and at least twice the smallest: that one may be what a smaller result was rounded
 * to, and then underflow is due. By the exponent field, which is cheaper than two comparisons.
 */
export const isSafelyNormal = (r: Routine, format: Format, value: Expression): Expression => {
  if (format.type === 'f32') return r.ltU(r.sub(exponentField(r, format, value), i32(2)), i32(2 * format.maxExponent - 1));
  return r.ltU(r.sub(wideExponent(r, value), i64(2)), i64(2 * format.maxExponent - 1));
};

/** Neither infinite nor NaN. */
export const isFinite = (r: Routine, format: Format, value: Expression): Expression =>
  format.type === 'f32'
    ? r.ne(exponentField(r, format, value), i32(2 * format.maxExponent + 1))
    : r.ne(wideExponent(r, value), i64(2 * format.maxExponent + 1));
/** The same bits of an f64 as an i64, which costs hosts less than an i32 out of the middle of one. */
const wideExponent = (r: Routine, value: Expression): Expression => r.shrU(r.shl(r.reinterpret('i64', value), i64(1)), i64(53));

/** The exponent's bits as an i32: 0 for zero and subnormal numbers, all ones for infinity and NaN. */
const exponentField = (r: Routine, format: Format, value: Expression): Expression => {
  const ones = i32(2 * format.maxExponent + 1);
  if (format.type === 'f32') return r.and(r.shrU(r.reinterpret('i32', value), i32(23)), ones);
  return r.and(r.wrap(r.shrU(r.reinterpret('i64', value), i64(52))), ones);
};
