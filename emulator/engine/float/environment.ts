/**
 * Rounding mode and exception flags as the functions see them: two words of core state at constant addresses
 * (unprivileged manual, "Floating-Point Control and Status Register").
 */
import { type Expression, i32 } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

export const FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16 } as const;

/** Rounding modes: nearest even, toward zero, down, up, nearest with ties away from zero; 7 means the one in `frm`. */
export const MODE = { nearest: 0, zero: 1, down: 2, up: 3, nearestAway: 4, dynamic: 7 } as const;

/** Byte addresses in memory 0 of the u32 words holding `frm` and `fflags`. */
export interface FloatState {
  readonly frm: number;
  readonly fflags: number;
}

const word = (r: Routine, address: number) => r.load('i32', 4, i32(0), address);

/** The mode 0 to 4 that an instruction's `rm` stands for. */
export const effectiveMode = (r: Routine, state: FloatState, rm: Expression): Expression =>
  r.let(r.select(r.eq(rm, i32(MODE.dynamic)), word(r, state.frm), rm));

/** ORs flags (an i32) into `fflags`, now. */
export function raise(r: Routine, state: FloatState, flags: Expression): void {
  r.store(4, i32(0), r.or(word(r, state.fflags), flags), state.fflags);
}

export const isRaised = (r: Routine, state: FloatState, flag: number): Expression => r.and(word(r, state.fflags), i32(flag));

/** Where the bits below the last one kept are rounded away from zero whatever they are: 3 (up) or, below zero, 2. */
export const isAwayFromZero = (r: Routine, mode: Expression, sign: Expression): Expression => r.eq(mode, r.sub(i32(MODE.up), sign));

/** To nearest, ties either way: modes 0 and 4. */
export const isNearest = (r: Routine, mode: Expression): Expression => r.eqz(r.and(mode, i32(3)));
