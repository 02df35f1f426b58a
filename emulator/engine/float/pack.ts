/**
 * The one place that rounds: an exact significand (sticky in bit 0) to a format, in any mode, with overflow,
 * underflow and inexact (IEEE 754-2019, sections 4.3 and 7.4 to 7.6; tininess after rounding or before, by the policy).
 */
import { i32, i64, type Expression } from '../wasm/expression.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable } from '../wasm/routine.ts';
import { flag, FLAG, flushes, type FloatState, isAwayFromZero, isNearest, MODE, raise } from './environment.ts';
import { type Format, fromBits } from './format.ts';
import { shiftSticky } from './wide.ts';

/**
 * A function (sign, exponent, significand, mode) giving (-1)^sign * significand * 2^(exponent - 63) rounded. Bit 63
 * of the significand must be set, the exponent be within a few thousand of zero.
 */
export function writePack(module: ModuleWriter, state: FloatState, format: Format): Callable {
  const { precision, minExponent, type } = format;
  const dropped = BigInt(64 - precision);
  const below = i64((1n << dropped) - 1n);
  const half = i64(1n << (dropped - 1n));
  const target = module.function(['i32', 'i32', 'i64', 'i32'], [type]);
  const r = target.routine;
  const sign = r.parameter(0).get();
  const exponent = r.parameter(1);
  const significand = r.parameter(2);
  const mode = r.parameter(3).get();

  const increment = r.let(r.select(isNearest(r, mode), half, r.select(isAwayFromZero(r, mode, sign), below, i64(0))));
  const kept = (whole: Expression) => r.add(r.shrU(whole, i64(dropped)), r.shrU(r.add(r.and(whole, below), increment), i64(dropped)));

  // What traps has no result: inexact is whether it would be with more exponents.
  const trap = (raised: number) => {
    const inexact = r.ne(r.and(significand.get(), below), i64(0));
    raise(r, state, r.or(flag(state, raised), r.select(inexact, flag(state, FLAG.inexact), i32(0))));
    r.return(format.constant(0));
  };
  const tiny = r.variable(i32(0));
  r.when(r.ltS(exponent.get(), i32(minExponent)), () => {
    // Not tiny if, were there more exponents, it would still round up to the smallest normal number.
    const carries = r.eq(kept(significand.get()), i64(1n << BigInt(precision)));
    tiny.set(state.rules?.tininess === 'before' ? i32(1) : r.eqz(r.and(r.eq(exponent.get(), i32(minExponent - 1)), carries)));
    const trapped = flushes(r, state, 'trapsUnderflow');
    if (trapped) r.when(r.and(tiny.get(), r.ne(trapped, i32(0))), () => trap(FLAG.underflow));
    const flushed = flushes(r, state, 'results');
    if (flushed)
      r.when(r.and(tiny.get(), r.ne(flushed, i32(0))), () => {
        const both = state.rules?.flush?.raises !== 'underflow';
        raise(r, state, flag(state, FLAG.underflow | (both ? FLAG.inexact : 0)));
        r.return(fromBits(r, format, r.shl(r.extendU(sign), i64(format.width - 1))));
      });
    significand.set(shiftSticky(r, significand.get(), r.extendS(r.sub(i32(minExponent), exponent.get()))));
    exponent.set(i32(minExponent));
  });
  const rest = r.let(r.and(significand.get(), below));
  const rounded = r.variable(kept(significand.get()));
  r.when(r.and(r.eq(mode, i32(MODE.nearest)), r.eq(rest, half)), () => rounded.set(r.and(rounded.get(), i64(-2))));
  // The hidden bit adds one to the exponent field, and so does a carry out of the fraction.
  const field = r.extendU(r.sub(exponent.get(), i32(minExponent)));
  const bits = r.variable(r.add(r.shl(field, i64(precision - 1)), rounded.get()));
  r.when(
    r.geU(bits.get(), i64(format.infinity)),
    () => {
      const trapped = flushes(r, state, 'trapsOverflow');
      if (trapped) r.when(r.ne(trapped, i32(0)), () => trap(FLAG.overflow));
      raise(r, state, flag(state, FLAG.overflow | FLAG.inexact));
      bits.set(r.sub(i64(format.infinity), r.extendU(r.eqz(increment))));
    },
    () => {
      r.when(r.ne(rest, i64(0)), () => {
        raise(r, state, r.or(flag(state, FLAG.inexact), r.select(tiny.get(), flag(state, FLAG.underflow), i32(0))));
      });
    },
  );
  r.return(fromBits(r, format, r.or(bits.get(), r.shl(r.extendU(sign), i64(format.width - 1)))));
  return target;
}
