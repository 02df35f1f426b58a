/** Addition and subtraction. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { effectiveMode, MODE } from './environment.ts';
import { bitsOf, isInfinite, isZero, takeApart } from './format.ts';
import { type Context, isUnflushed, arithmeticOperands, returnIfNan, returnInvalid, returnNative } from './operation.ts';
import { shiftSticky } from './wide.ts';

/** The rounding error of the native `sum` of a and b, itself exact (Knuth's TwoSum; no overflow on the way). */
export function errorOfSum(r: Routine, a: Expression, b: Expression, sum: Expression): Expression {
  const fromB = r.let(r.sub(sum, a));
  return r.add(r.sub(a, r.sub(sum, fromB)), r.sub(b, fromB));
}

/** (rm, a, b): a + b. */
export function writeAdd(context: Context): Callable {
  const { module, state, format, pack } = context;
  const { type } = format;
  const target = module.function(['i32', type, type], [type]);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a, b] = arithmeticOperands(r, context, format, 1, 2) as [Expression, Expression];

  // A sum never underflows: below the normal numbers it is exact. Far from overflow, TwoSum cannot overflow either.
  const far = format.constant(2 ** (format.maxExponent - 3));
  returnNative(r, context, mode, {
    value: r.add(a, b),
    safe: (sum) => r.and(r.lt(r.abs(sum), far), isUnflushed(r, context, sum)),
    exact: (sum) => isZero(r, format, errorOfSum(r, a, b, sum)),
  });
  returnIfNan(r, context, a, b);
  r.when(isInfinite(r, format, a), () => {
    r.when(r.eq(a, r.neg(b)), () => returnInvalid(r, context));
    r.return(a);
  });
  r.when(isInfinite(r, format, b), () => r.return(b));
  const native = r.let(r.add(a, b));
  r.when(isZero(r, format, native), () => {
    // Exactly zero. Rounding down, only +0 and +0 make +0.
    r.when(r.and(r.eq(mode, i32(MODE.down)), r.ne(r.or(bitsOf(r, a), bitsOf(r, b)), i64(0))), () => r.return(format.constant(-0)));
    r.return(native);
  });

  const isSwapped = r.let(r.lt(r.abs(a), r.abs(b)));
  const larger = takeApart(r, format, r.select(isSwapped, b, a));
  const smaller = takeApart(r, format, r.select(isSwapped, a, b));
  // One place of room for a carry; both have at least eleven bits below their last.
  const distance = r.extendS(r.sub(larger.exponent, smaller.exponent));
  const aligned = shiftSticky(r, r.shrU(smaller.significand, i64(1)), distance);
  const room = r.let(r.shrU(larger.significand, i64(1)));
  const sum = r.let(r.select(r.eq(larger.sign, smaller.sign), r.add(room, aligned), r.sub(room, aligned)));
  const shift = r.let(r.clz(sum));
  const exponent = r.sub(r.add(larger.exponent, i32(1)), r.wrap(shift));
  r.return(r.call(pack, larger.sign, exponent, r.shl(sum, shift), mode));
  return target;
}

/** (rm, a, b): a - b, which is a + (-b), but for the sign of a NaN that the result keeps. */
export function writeSub(context: Context, add: Callable): Callable {
  const { module, state, format } = context;
  const { type } = format;
  const target = module.function(['i32', type, type], [type]);
  const r = target.routine;
  if (state.rules?.nan) returnIfNan(r, context, r.parameter(1).get(), r.parameter(2).get());
  r.returnCall(add, r.parameter(0).get(), r.parameter(1).get(), r.neg(r.parameter(2).get()));
  return target;
}
