/** Multiplication, and multiplication with addition. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { effectiveMode, MODE } from './environment.ts';
import { bitsOf, type Format, isInfinite, isNan, isZero, takeApart } from './format.ts';
import { exactMultiplyAdd } from './exactness.ts';
import { type Fused, multiplyAdd } from './fused.ts';
import {
  arithmeticOperands,
  type Context,
  isSafelyNormal,
  isUnflushed,
  noticeSubnormal,
  operandsOf,
  returnIfNan,
  returnInvalid,
  returnNative,
} from './operation.ts';
import { addWide, halve, lessWide, multiplyWide, normalizeWide, shiftWideSticky, squeeze, subWide, wide } from './wide.ts';

/**
 * A function (f64, f64): whether the product of two finite numbers that are not zero has at most 53 bits, which is
 * when the native product is exact if it is a normal number.
 */
export function writeExactProduct(module: ModuleWriter): Callable {
  const target = module.function(['f64', 'f64'], ['i32']);
  const r = target.routine;
  const odd = (value: Expression) => {
    const bits = r.let(bitsOf(r, value));
    const fraction = r.and(bits, i64(0xf_ffff_ffff_ffffn));
    const hidden = r.select(r.eqz(r.and(bits, i64(0x7ff0_0000_0000_0000n))), i64(0), i64(0x10_0000_0000_0000n));
    const integer = r.let(r.or(fraction, hidden));
    return r.let(r.shrU(integer, r.ctz(integer)));
  };
  const a = odd(r.parameter(0).get());
  const b = odd(r.parameter(1).get());
  // Of m and n bits the product has m + n or one fewer, so up to 54 it fits an i64 easily.
  const fits = r.geU(r.add(r.clz(a), r.clz(b)), i64(128 - 54));
  r.return(r.and(fits, r.ltU(r.mul(a, b), i64(1n << 53n))));
  return target;
}

/** Whether x * y is exactly z, a normal number that the native product of x and y rounds to, or not. */
export function isProduct(r: Routine, exactProduct: Callable, x: Expression, y: Expression, z: Expression): Expression {
  if (z.type === 'f64') return r.and(r.eq(r.mul(x, y), z), r.call(exactProduct, x, y));
  const wider = (value: Expression) => r.convert('f64_promote_f32', value);
  return r.eq(r.mul(wider(x), wider(y)), wider(z)); // 48 bits: exact
}

/** (rm, a, b): a * b. */
export function writeMul(context: Context, exactProduct: Callable): Callable {
  const { module, state, format, pack } = context;
  const { type } = format;
  const target = module.function(['i32', type, type], [type]);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a, b] = arithmeticOperands(r, context, format, 1, 2) as [Expression, Expression];

  returnNative(r, context, mode, {
    value: r.mul(a, b),
    safe: (product) => isSafelyNormal(r, format, product),
    exact: (product) => isProduct(r, exactProduct, a, b, product),
  });
  returnIfNan(r, context, a, b);
  const native = r.let(r.mul(a, b));
  r.when(isNan(r, native), () => returnInvalid(r, context)); // infinity times zero
  const zeroOrInfinity = (value: Expression) => r.or(isZero(r, format, value), isInfinite(r, format, value));
  r.when(r.or(zeroOrInfinity(a), zeroOrInfinity(b)), () => r.return(native));

  const { sign, exponent, product } = multiplyParts(r, format, a, b);
  r.return(r.call(pack, sign, exponent, squeeze(r, product), mode));
  return target;
}

/** The exact product of two finite numbers that are not zero, bit 127 set. */
function multiplyParts(r: Routine, format: Format, a: Expression, b: Expression) {
  const [x, y] = [takeApart(r, format, a), takeApart(r, format, b)];
  const product = multiplyWide(r, x.significand, y.significand);
  const shift = normalizeWide(r, product);
  const exponent = r.let(r.sub(r.add(r.add(x.exponent, y.exponent), i32(1)), shift));
  return { sign: r.let(r.xor(x.sign, y.sign)), exponent, product };
}

/** (rm, a, b, c): a * b + c, rounded once. `add` and `mul` are the functions of the same format. */
export function writeFma(context: Context, { add, mul, fused }: { add: Callable; mul: Callable; fused: Fused }): Callable {
  const { module, state, format, pack } = context;
  const { type } = format;
  const target = module.function(['i32', type, type, type], [type]);
  const r = target.routine;
  const rm = r.parameter(0).get();
  const mode = effectiveMode(r, state, rm);
  const [a, b, c] = operandsOf(r, context, format, 1, 2, 3) as [Expression, Expression, Expression];
  // An invalid operation comes before that.
  r.when(r.eqz(isNan(r, r.add(r.mul(a, b), c))), () => noticeSubnormal(r, context, format, [a, b, c]));

  const quick = multiplyAdd(r, fused, a, b, c);
  returnNative(r, context, mode, {
    value: quick.value,
    safe: (value) => r.and(quick.isValid, isSafelyNormal(r, format, value)),
  });
  const simple = exactMultiplyAdd(r, fused, a, b, c);
  r.when(r.and(simple.isExact, isUnflushed(r, context, simple.value)), () => r.return(simple.value));
  const native = r.let(r.mul(a, b));
  // Infinity times zero is invalid whatever is added, a quiet NaN included.
  const isInvalidProduct = r.and(isNan(r, native), r.eqz(r.or(isNan(r, a), isNan(r, b))));
  const rule = state.rules?.nan;
  const refuse = () => r.when(isInvalidProduct, () => returnInvalid(r, context));
  const operands = rule?.addendFirst ? [c, a, b] : [a, b, c];
  if (rule?.invalidProduct !== 'addend') refuse();
  returnIfNan(r, context, ...operands);
  if (rule?.invalidProduct === 'addend') refuse();
  r.when(r.or(isInfinite(r, format, a), isInfinite(r, format, b)), () => {
    r.when(r.eq(native, r.neg(c)), () => returnInvalid(r, context));
    r.return(native);
  });
  r.when(isInfinite(r, format, c), () => r.return(c));
  r.when(r.or(isZero(r, format, a), isZero(r, format, b)), () => r.returnCall(add, rm, native, c));
  r.when(isZero(r, format, c), () => r.returnCall(mul, rm, a, b));

  const { sign, exponent, product } = multiplyParts(r, format, a, b);
  const addend = takeApart(r, format, c);
  const other = wide(r, addend.significand, i64(0));
  // `product` is to be the larger in magnitude.
  const resultSign = r.variable(sign);
  const resultExponent = r.variable(exponent);
  const distance = r.variable(r.sub(exponent, addend.exponent));
  const isSmaller = r.or(r.ltS(distance.get(), i32(0)), r.and(r.eqz(distance.get()), lessWide(r, product, other)));
  r.when(isSmaller, () => {
    for (const half of ['high', 'low'] as const) {
      const kept = r.let(product[half].get());
      product[half].set(other[half].get());
      other[half].set(kept);
    }
    resultSign.set(addend.sign);
    resultExponent.set(addend.exponent);
    distance.set(r.sub(i32(0), distance.get()));
  });
  // One place of room for a carry: the products of significands end in zeros.
  halve(r, product);
  halve(r, other);
  shiftWideSticky(r, other, r.extendS(distance.get()));
  r.when(
    r.eq(sign, addend.sign),
    () => addWide(r, product, other),
    () => subWide(r, product, other),
  );
  r.when(r.eqz(r.or(product.high.get(), product.low.get())), () =>
    r.return(r.select(r.eq(mode, i32(MODE.down)), format.constant(-0), format.constant(0))),
  );
  const shift = normalizeWide(r, product);
  const finalExponent = r.sub(r.add(resultExponent.get(), i32(1)), shift);
  r.return(r.call(pack, resultSign.get(), finalExponent, squeeze(r, product), mode));
  return target;
}
