/**
 * Rounding mode and exception flags as the functions see them: two words of core state at constant addresses
 * (unprivileged manual, "Floating-Point Control and Status Register").
 */
import type { FloatPolicy, FlushRule } from '../../isa/architecture.ts';
import { type Expression, i32 } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

export const FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16 } as const;

/** Rounding modes: nearest even, toward zero, down, up, nearest with ties away from zero; 7 means the one in `frm`. */
export const MODE = { nearest: 0, zero: 1, down: 2, up: 3, nearestAway: 4, dynamic: 7 } as const;

/** What of a `FloatPolicy` the functions go by. */
export type FloatRules = Pick<FloatPolicy, 'roundingAt' | 'modes' | 'flagBits' | 'nan' | 'tininess' | 'subnormal'> & {
  readonly flush?: Omit<FlushRule, 'field'>;
};

/** Byte addresses in memory 0 of the u32 words holding the rounding mode and the flags, and what they mean. */
export interface FloatState {
  readonly frm: number;
  readonly fflags: number;
  /** Of the word with `flush`'s bits. */
  readonly flush?: number;
  /** Absent: RISC-V's. */
  readonly rules?: FloatRules;
}

/** Flags as the engine numbers them, as the architecture does. */
export function flagBits(rules: FloatRules | undefined, flags: number): number {
  const bits = rules?.flagBits;
  if (!bits) return flags;
  const names = Object.keys(FLAG) as (keyof typeof FLAG)[];
  return names.reduce((all, name) => (flags & FLAG[name] ? all | bits[name] : all), 0);
}
/** The same as a value to raise. */
export const flag = ({ rules }: FloatState, flags: number): Expression => i32(flagBits(rules, flags));

/** The value of the rounding field, i32. @param field the whole word */
export function roundingIn(r: Routine, rules: Pick<FloatRules, 'roundingAt'> | undefined, field: Expression): Expression {
  const at = rules?.roundingAt;
  return at ? r.and(r.shrU(field, i32(at.shift)), i32(2 ** at.bits - 1)) : field;
}

const word = (r: Routine, address: number) => r.load('i32', 4, i32(0), address);

/** The mode 0 to 4 that an instruction's `rm` stands for. */
export function effectiveMode(r: Routine, { frm, rules }: FloatState, rm: Expression): Expression {
  const value = roundingIn(r, rules, word(r, frm));
  return r.let(r.select(r.eq(rm, i32(MODE.dynamic)), rules?.modes ? translated(r, rules.modes, value) : value, rm));
}
/** The mode by its value: four bits each of a constant. */
const translated = (r: Routine, modes: readonly number[], value: Expression): Expression =>
  r.and(r.shrU(i32(modes.reduce((all, mode, at) => all | (mode << (4 * at)), 0)), r.shl(value, i32(2))), i32(15));

/** Whether subnormal operands (or results) are taken for zero now, or such results trap; undefined where the architecture has no such mode. */
export function flushes(
  r: Routine,
  { rules, flush }: FloatState,
  what: 'operands' | 'results' | 'trapsUnderflow' | 'trapsOverflow',
): Expression | undefined {
  const bits = rules?.flush?.[what];
  return bits !== undefined && flush !== undefined ? r.and(word(r, flush), i32(bits)) : undefined;
}

/** ORs flags (an i32, by `flag`) into the word of flags, now. */
export function raise(r: Routine, state: FloatState, flags: Expression): void {
  r.store(4, i32(0), r.or(word(r, state.fflags), flags), state.fflags);
}

export const isRaised = (r: Routine, state: FloatState, raised: number): Expression =>
  r.and(word(r, state.fflags), i32(flagBits(state.rules, raised)));

/** Where the bits below the last one kept are rounded away from zero whatever they are: 3 (up) or, below zero, 2. */
export const isAwayFromZero = (r: Routine, mode: Expression, sign: Expression): Expression => r.eq(mode, r.sub(i32(MODE.up), sign));

/** To nearest, ties either way: modes 0 and 4. */
export const isNearest = (r: Routine, mode: Expression): Expression => r.eqz(r.and(mode, i32(3)));
