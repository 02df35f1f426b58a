/**
 * a * b + c with one rounding, to nearest even, without calls. Where the host fuses `relaxed_madd` (WebAssembly 3.0,
 * "Relaxed SIMD": x86-64 with FMA3, every arm64) that is one instruction; elsewhere it is put together from exact
 * sums and products.
 */
import { apply, type Expression, f64, i32, i64 } from '../wasm/expression.ts';
import { ModuleWriter } from '../wasm/module.ts';
import type { Routine } from '../wasm/routine.ts';
import { wasm } from '../wasm/webassembly.ts';

/** How this host multiplies and adds. */
export type Fused = 'native' | 'emulated';

export interface MultiplyAdd {
  readonly value: Expression;
  /** Whether the value is right wherever it is a normal number; the constant 1 where that is always so. */
  readonly isValid: Expression;
}

/** The value of `a * b + c`; every operand may be evaluated several times and must be cheap. */
export function multiplyAdd(r: Routine, fused: Fused, a: Expression, b: Expression, c: Expression): MultiplyAdd {
  if (fused === 'native') return { value: relaxed(a, b, c), isValid: i32(1) };
  return a.type === 'f32' ? { value: throughF64(r, a, b, c), isValid: i32(1) } : emulated(r, a, b, c);
}

/** Lane 0 of `relaxed_madd`; the types of the vectors in between do not matter, as they live on the stack only. */
function relaxed(a: Expression, b: Expression, c: Expression): Expression {
  const { type } = a;
  const [splat, madd, extract] = type === 'f32' ? [0x13, 0x85, 0x1f] : [0x14, 0x87, 0x21];
  const vectors = [a, b, c].map((x) => apply(type, [0xfd, splat], x));
  return apply(type, [0xfd, extract, 0], apply(type, [0xfd, madd, 0x02], ...vectors));
}

let detected: Fused | undefined;
/** Whether this host fuses: found out once by a tiny module. */
export function detectFused(): Fused {
  detected ??= isFused() ? 'native' : 'emulated';
  return detected;
}

function isFused(): boolean {
  const module = new ModuleWriter();
  const probe = module.function(['f64', 'f64', 'f64'], ['f64']);
  const r = probe.routine;
  r.return(relaxed(r.parameter(0).get(), r.parameter(1).get(), r.parameter(2).get()));
  module.export('probe', probe);
  const bytes = module.finish();
  if (!wasm.validate(bytes)) return false;
  const { exports } = new wasm.Instance(new wasm.Module(bytes), {});
  const multiply = exports.probe as (a: number, b: number, c: number) => number;
  const x = 1 + 2 ** -30;
  return multiply(x, x, -(x * x)) === 2 ** -60; // the part a separate product would have lost
}

/** a + b and its rounding error (Knuth's TwoSum). */
function twoSum(r: Routine, a: Expression, b: Expression): { sum: Expression; error: Expression } {
  const sum = r.let(r.add(a, b));
  const fromB = r.let(r.sub(sum, a));
  return { sum, error: r.let(r.add(r.sub(a, r.sub(sum, fromB)), r.sub(b, fromB))) };
}

/**
 * Rounding to odd: an inexact sum whose last bit is even moves one place toward its error. What is then rounded again
 * to fewer bits cannot fall on a false tie.
 */
function toOdd(r: Routine, { sum, error }: { sum: Expression; error: Expression }): Expression {
  const bits = r.let(r.reinterpret('i64', sum));
  const isMoved = r.and(r.ne(error, f64(0)), r.eqz(r.wrap(r.and(bits, i64(1)))));
  // Away from zero if the error has the sum's sign; a signed magnitude grows by adding to its bits.
  const isOutward = r.eqz(r.wrap(r.shrU(r.xor(bits, r.reinterpret('i64', error)), i64(63))));
  const step = r.sub(r.shl(r.extendU(isOutward), i64(1)), i64(1));
  return r.let(r.reinterpret('f64', r.add(bits, r.and(step, r.sub(i64(0), r.extendU(isMoved))))));
}

/**
 * Singles by doubles: the product is exact and the sum has 53 bits, so only a sum that looks like the middle between
 * two singles (29 bits below the last: 1000...) can be rounded wrongly the second time.
 */
function throughF64(r: Routine, a: Expression, b: Expression, c: Expression): Expression {
  const wider = (x: Expression) => r.let(r.convert('f64_promote_f32', x));
  const product = r.let(r.mul(wider(a), wider(b)));
  const addend = wider(c);
  const sum = r.variable(r.add(product, addend));
  const tail = r.and(r.wrap(r.reinterpret('i64', sum.get())), i32(0x1fff_ffff));
  r.when(r.eq(tail, i32(0x1000_0000)), () => sum.set(toOdd(r, twoSum(r, product, addend))));
  return r.convert('f32_demote_f64', sum.get());
}

/** a split into 26 and 27 bits (Veltkamp). */
function split(r: Routine, a: Expression): { high: Expression; low: Expression } {
  const scaled = r.let(r.mul(a, f64(2 ** 27 + 1)));
  const high = r.let(r.sub(scaled, r.sub(scaled, a)));
  return { high, low: r.let(r.sub(a, high)) };
}

/**
 * Doubles: S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding
 * to odd" (IEEE Transactions on Computers 57, 2008), Fma algorithm, with Dekker's product. Proved where nothing
 * overflows and the product's error is representable: hence the ranges.
 */
function emulated(r: Routine, a: Expression, b: Expression, c: Expression): MultiplyAdd {
  const product = r.let(r.mul(a, b));
  const [x, y] = [split(r, a), split(r, b)];
  const first = r.sub(product, r.mul(x.high, y.high));
  const second = r.sub(r.sub(first, r.mul(x.low, y.high)), r.mul(x.high, y.low));
  const productError = r.let(r.sub(r.mul(x.low, y.low), second));
  const lower = twoSum(r, c, productError);
  const upper = twoSum(r, product, lower.sum);
  const tail = toOdd(r, twoSum(r, lower.error, upper.error));
  const below = (value: Expression, exponent: number) => r.lt(r.abs(value), f64(2 ** exponent));
  const isValid = [below(a, 990), below(b, 990), below(c, 1000), below(product, 1000), r.gt(r.abs(product), f64(2 ** -960))].reduce(
    (all, condition) => r.and(all, condition),
  );
  return { value: r.let(r.add(upper.sum, tail)), isValid: r.let(isValid) };
}
