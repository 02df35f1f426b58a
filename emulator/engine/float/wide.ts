/**
 * Arithmetic on significands: 128-bit products and shifts that remember, in the lowest bit, that something was
 * shifted out ("sticky"): all that correct rounding needs to know of it.
 */
import { type Expression, i64 } from '../wasm/expression.ts';
import type { Local, Routine } from '../wasm/routine.ts';

const isSet = (r: Routine, value: Expression) => r.extendU(r.ne(value, i64(0)));

/** `value >> count` with everything lost OR-ed into bit 0; any count that is not negative (i64). */
export function shiftSticky(r: Routine, value: Expression, count: Expression): Expression {
  const from = r.let(value);
  const by = r.let(count);
  const shifted = r.let(r.shrU(from, by));
  const near = r.or(shifted, r.extendU(r.ne(r.shl(shifted, by), from)));
  return r.let(r.select(r.ltU(by, i64(64)), near, isSet(r, from)));
}

export interface Wide {
  readonly high: Local;
  readonly low: Local;
}
export const wide = (r: Routine, high: Expression, low: Expression): Wide => ({ high: r.variable(high), low: r.variable(low) });

/** The 128-bit product of two unsigned i64, by 32-bit halves. */
export function multiplyWide(r: Routine, a: Expression, b: Expression): Wide {
  const mask = i64(0xffff_ffffn);
  const upper = (x: Expression) => r.shrU(x, i64(32));
  const [aLow, aHigh, bLow, bHigh] = [r.and(a, mask), upper(a), r.and(b, mask), upper(b)].map((x) => r.let(x)) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const low = r.let(r.mul(aLow, bLow));
  const first = r.let(r.add(r.mul(aHigh, bLow), upper(low)));
  const second = r.let(r.add(r.mul(aLow, bHigh), r.and(first, mask)));
  return wide(r, r.add(r.add(r.mul(aHigh, bHigh), upper(first)), upper(second)), r.or(r.shl(second, i64(32)), r.and(low, mask)));
}

/** One place to the right; the lowest bit must be zero. */
export function halve(r: Routine, { high, low }: Wide): void {
  low.set(r.or(r.shrU(low.get(), i64(1)), r.shl(high.get(), i64(63))));
  high.set(r.shrU(high.get(), i64(1)));
}

/** `count` (i64, not negative) places to the right, sticky. */
export function shiftWideSticky(r: Routine, { high, low }: Wide, count: Expression): void {
  const by = r.variable(count);
  r.when(
    r.geU(by.get(), i64(64)),
    () => {
      low.set(r.or(high.get(), isSet(r, low.get())));
      high.set(i64(0));
      // What was low is now one sticky bit in `low`; it stays sticky through the shift below.
      low.set(shiftSticky(r, low.get(), r.sub(by.get(), i64(64))));
    },
    () => {
      r.when(r.ne(by.get(), i64(0)), () => {
        const lost = r.let(isSet(r, r.shl(low.get(), r.sub(i64(64), by.get()))));
        low.set(r.or(r.or(r.shrU(low.get(), by.get()), r.shl(high.get(), r.sub(i64(64), by.get()))), lost));
        high.set(r.shrU(high.get(), by.get()));
      });
    },
  );
}

/** `a += b`. */
export function addWide(r: Routine, a: Wide, b: Wide): void {
  a.low.set(r.add(a.low.get(), b.low.get()));
  a.high.set(r.add(r.add(a.high.get(), b.high.get()), r.extendU(r.ltU(a.low.get(), b.low.get()))));
}
/** `a -= b`. */
export function subWide(r: Routine, a: Wide, b: Wide): void {
  const borrow = r.let(r.extendU(r.ltU(a.low.get(), b.low.get())));
  a.low.set(r.sub(a.low.get(), b.low.get()));
  a.high.set(r.sub(r.sub(a.high.get(), b.high.get()), borrow));
}
/** Whether `a` is less than `b`, unsigned. */
export const lessWide = (r: Routine, a: Wide, b: Wide): Expression =>
  r.or(r.ltU(a.high.get(), b.high.get()), r.and(r.eq(a.high.get(), b.high.get()), r.ltU(a.low.get(), b.low.get())));

/** Shifts left until bit 127 is set (the value is not zero); gives the number of places, i32. */
export function normalizeWide(r: Routine, { high, low }: Wide): Expression {
  const places = r.variable(i64(0));
  r.when(r.eqz(high.get()), () => {
    high.set(low.get());
    low.set(i64(0));
    places.set(i64(64));
  });
  const shift = r.let(r.clz(high.get()));
  r.when(r.ne(shift, i64(0)), () => {
    high.set(r.or(r.shl(high.get(), shift), r.shrU(low.get(), r.sub(i64(64), shift))));
    low.set(r.shl(low.get(), shift));
  });
  return r.let(r.wrap(r.add(places.get(), shift)));
}

/** The upper half with the lower one as its sticky bit. */
export const squeeze = (r: Routine, { high, low }: Wide): Expression => r.or(high.get(), isSet(r, low.get()));
