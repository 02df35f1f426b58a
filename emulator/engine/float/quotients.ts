/** Division and square root. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { Callable } from '../wasm/routine.ts';
import { effectiveMode, flag, FLAG, raise } from './environment.ts';
import { isInfinite, isNan, isZero, signOf, takeApart } from './format.ts';
import { type Context, isSafelyNormal, noticeSubnormal, operandsOf, returnIfNan, returnInvalid, returnNative } from './operation.ts';
import { isProduct } from './products.ts';

/** (rm, a, b): a / b. */
export function writeDiv(context: Context, exactProduct: Callable): Callable {
  const { module, state, format, pack } = context;
  const { type, precision } = format;
  const target = module.function(['i32', type, type], [type]);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a, b] = operandsOf(r, context, format, 1, 2) as [Expression, Expression];
  r.when(r.eqz(isZero(r, format, b)), () => noticeSubnormal(r, context, format, [a, b]));

  returnNative(r, context, mode, {
    value: r.fdiv(a, b),
    safe: (quotient) => r.and(isSafelyNormal(r, format, quotient), isSafelyNormal(r, format, a)),
    exact: (quotient) => isProduct(r, exactProduct, quotient, b, a),
  });
  returnIfNan(r, context, a, b);
  const native = r.let(r.fdiv(a, b));
  r.when(isNan(r, native), () => returnInvalid(r, context)); // 0/0, infinity/infinity
  r.when(r.or(isZero(r, format, a), r.or(isInfinite(r, format, a), isInfinite(r, format, b))), () => r.return(native));
  r.when(isZero(r, format, b), () => {
    raise(r, state, flag(state, FLAG.divideByZero));
    r.return(native);
  });

  const [x, y] = [takeApart(r, format, a), takeApart(r, format, b)];
  const dividend = r.let(r.shrU(x.significand, i64(64 - precision)));
  const divisor = r.let(r.shrU(y.significand, i64(64 - precision)));
  // Scale the dividend so that the quotient is at least 1 and below 2: one bit, then five times eleven.
  const isBelow = r.let(r.extendU(r.ltU(dividend, divisor)));
  const rest = r.variable(r.sub(r.shl(dividend, isBelow), divisor));
  const quotient = r.variable(i64(1));
  for (let digit = 0; digit < 5; digit++) {
    const shifted = r.let(r.shl(rest.get(), i64(11)));
    const next = r.let(r.divU(shifted, divisor));
    rest.set(r.sub(shifted, r.mul(next, divisor)));
    quotient.set(r.or(r.shl(quotient.get(), i64(11)), next));
  }
  const significand = r.or(r.shl(quotient.get(), i64(8)), r.extendU(r.ne(rest.get(), i64(0))));
  const exponent = r.sub(r.sub(x.exponent, y.exponent), r.wrap(isBelow));
  r.return(r.call(pack, r.xor(x.sign, y.sign), exponent, significand, mode));
  return target;
}

/** (rm, a): the square root of a. */
export function writeSqrt(context: Context, exactProduct: Callable): Callable {
  const { module, state, format, pack } = context;
  const { type } = format;
  const target = module.function(['i32', type], [type]);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a] = operandsOf(r, context, format, 1) as [Expression];
  r.when(r.eqz(signOf(r, format, a)), () => noticeSubnormal(r, context, format, [a]));

  returnNative(r, context, mode, {
    value: r.sqrt(a),
    safe: () => r.and(isSafelyNormal(r, format, a), r.eqz(signOf(r, format, a))),
    exact: (root) => isProduct(r, exactProduct, root, root, a),
  });
  returnIfNan(r, context, a);
  r.when(isZero(r, format, a), () => r.return(a));
  r.when(signOf(r, format, a), () => returnInvalid(r, context));
  r.when(isInfinite(r, format, a), () => r.return(a));

  const { exponent, significand } = takeApart(r, format, a);
  // With an even exponent the radicand lies in 1 to 4: two bits before the point, the rest after it.
  const isOdd = r.let(r.and(exponent, i32(1)));
  const radicand = r.variable(r.shrU(significand, r.extendU(r.eqz(isOdd))));
  const root = r.variable(i64(0));
  const rest = r.variable(i64(0));
  const left = r.variable(i32(58)); // bits of root: more than 53 and one to round by
  r.loop((again) => {
    rest.set(r.or(r.shl(rest.get(), i64(2)), r.shrU(radicand.get(), i64(62))));
    radicand.set(r.shl(radicand.get(), i64(2)));
    const trial = r.let(r.or(r.shl(root.get(), i64(2)), i64(1)));
    const fits = r.let(r.extendU(r.leU(trial, rest.get())));
    rest.set(r.sub(rest.get(), r.mul(trial, fits)));
    root.set(r.or(r.shl(root.get(), i64(1)), fits));
    left.set(r.sub(left.get(), i32(1)));
    r.branchTo(again, left.get());
  });
  const rounded = r.or(r.shl(root.get(), i64(64 - 58)), r.extendU(r.ne(rest.get(), i64(0))));
  r.return(r.call(pack, i32(0), r.shrS(r.sub(exponent, isOdd), i32(1)), rounded, mode));
  return target;
}
