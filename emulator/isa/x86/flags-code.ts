/** `flagsFrom` as generated code, for what is no row. */
import type { Expression } from '../../engine/wasm/expression.ts';
import type { Routine } from '../../engine/wasm/routine.ts';
import { ARITHMETIC, AT, FLAG_KIND, KIND_MASK, SHIFT_AT } from './flags.ts';

/** The arithmetic flags at their places in RFLAGS, i64. @param described the three registers of the file `flags`, i64 each */
export function flagsCode(r: Routine, described: { readonly kind: Expression; readonly a: Expression; readonly b: Expression }): Expression {
  const kind = r.let(described.kind);
  const a = r.let(described.a);
  const b = r.let(described.b);
  const what = r.let(r.and(r.wrap(kind), r.i32(KIND_MASK)));
  const isAdd = r.let(r.eq(what, r.i32(FLAG_KIND.add)));
  const isMixed = r.let(r.eq(what, r.i32(FLAG_KIND.mixed)));
  const flag = (condition: Expression, at: bigint) => r.select(condition, r.i64(at), r.i64(0));
  const result = r.let(r.select(isMixed, b, r.select(isAdd, r.add(a, b), r.sub(a, b))));
  const shift = r.let(r.shrU(kind, r.i64(SHIFT_AT)));
  const ones = r.wrap(r.popcnt(r.and(r.shrU(result, shift), r.i64(0xff))));
  const negative = (value: Expression) => r.ltS(value, r.i64(0));
  const byResult = r.or(
    r.or(flag(r.eqz(result), AT.ZF), flag(negative(result), AT.SF)),
    flag(r.eqz(r.and(ones, r.i32(1))), AT.PF),
  );
  const carry = flag(r.select(isAdd, r.ltU(result, a), r.ltU(a, b)), AT.CF);
  const crossed = r.and(r.xor(a, result), r.select(isAdd, r.xor(b, result), r.xor(a, b)));
  const auxiliary = r.and(r.shrU(r.xor(r.xor(a, b), result), shift), r.i64(AT.AF));
  const own = r.or(r.or(carry, flag(negative(crossed), AT.OF)), auxiliary);
  const followed = r.or(byResult, r.select(isMixed, r.and(a, r.i64(AT.CF | AT.AF | AT.OF)), own));
  return r.select(r.eq(what, r.i32(FLAG_KIND.explicit)), r.and(a, r.i64(ARITHMETIC)), followed);
}
