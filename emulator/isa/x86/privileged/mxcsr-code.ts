/** What float-save.ts does with MXCSR, as generated code: the state has it in parts. */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { FLUSH, MXCSR_BITS } from '../float-policy.ts';
import { MXCSR_APART, MXCSR_AT, MXCSR_RC, MXCSR_ROUNDING } from './float-save.ts';

/** A table of numbers below 16, as digits of one. */
const digits = (numbers: readonly number[]): number => numbers.reduce((all, number, place) => all | (number << (4 * place)), 0);
const digit = (r: Routine, numbers: readonly number[], place: Expression): Expression =>
  r.and(r.shrU(r.i32(digits(numbers)), r.shl(place, r.i32(2))), r.i32(15));
/** Bits of a word put elsewhere: bit `from[i]` becomes bit `to[i]`. */
function moved(r: Routine, word: Expression, from: readonly number[], to: readonly number[]): Expression {
  return from.reduce<Expression>(
    (all, place, index) => r.or(all, r.shl(r.and(r.shrU(word, r.i32(place)), r.i32(1)), r.i32(to[index] ?? 0))),
    r.i32(0),
  );
}
const FLAGS = MXCSR_BITS.map((_, flag) => flag);

/** MXCSR, i32. */
export function mxcsrCode(r: Routine, { state }: CoreParts): Expression {
  const flags = moved(r, r.let(state.get('sseFlags')), FLAGS, MXCSR_BITS);
  const rounding = r.shl(digit(r, MXCSR_RC, r.and(state.get('sseRounding'), r.i32(3))), r.i32(MXCSR_AT.rounding));
  return r.or(r.and(state.get('mxcsr'), r.i32(~MXCSR_APART)), r.or(flags, rounding));
}

/** @param value i32, without reserved bits */
export function setMxcsrCode(r: Routine, { state }: CoreParts, value: Expression): void {
  const bit = (at: number) => r.and(r.shrU(value, r.i32(at)), r.i32(1));
  const when = (condition: Expression, flag: number) => r.select(condition, r.i32(flag), r.i32(0));
  state.set(r, 'mxcsr', r.and(value, r.i32(~MXCSR_APART)));
  state.set(r, 'sseRounding', digit(r, MXCSR_ROUNDING, r.and(r.shrU(value, r.i32(MXCSR_AT.rounding)), r.i32(3))));
  state.set(r, 'sseFlags', moved(r, value, MXCSR_BITS, FLAGS));
  state.set(r, 'sseUnmasked', moved(r, r.let(r.not(r.shrU(value, r.i32(MXCSR_AT.masks)))), MXCSR_BITS, FLAGS));
  const underflow = bit(MXCSR_AT.underflowMask);
  const traps = r.or(when(r.eqz(underflow), FLUSH.trapsUnderflow), when(r.eqz(bit(MXCSR_AT.overflowMask)), FLUSH.trapsOverflow));
  const flushes = r.or(when(bit(MXCSR_AT.daz), FLUSH.operands), when(r.and(bit(MXCSR_AT.ftz), underflow), FLUSH.results));
  state.set(r, 'sseFlush', r.or(flushes, traps));
}
