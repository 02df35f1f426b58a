/** The toy's state: eight registers of 64 bits, two of 128, two of 256, and a description of the last result that its flags follow from. */
import { schema, u32, u64, u64s } from '../../../../emulator/snapshot/schema.ts';

export const toyState = schema('toy-core', 1, {
  r: u64s(8),
  /** Two halves each. */
  v: u64s(4),
  /** Two, of four each. */
  w: u64s(8),
  /** What was done last, and with what: see FLAG. */
  flags: u64s(3),
  /** Doubles by their bits; the control word and the flags of floating point: see CONTROL and RAISED. */
  d: u64s(4),
  control: u32(),
  raised: u32(),
  pc: u64(),
  retired: u64(),
  /** 0: immediates of one byte; 1: of four. */
  wide: u32(),
  halted: u32(),
  /** The trap that ended it, plus one. */
  trapped: u32(),
  trapValue: u64(),
});
/** Bits of the control word: subnormal operands and results taken for zero, and the rounding mode (nearest, down, up, zero). */
export const CONTROL = { flushOperands: 1, flushResults: 2, roundingShift: 4 } as const;
export const RAISED = { invalid: 1, divideByZero: 2, overflow: 4, underflow: 8, inexact: 0x40 } as const;
/** Numbers within the file `flags`, and what was done. */
export const FLAG = { operation: 0, a: 1, b: 2 } as const;
export const DONE = { add: 1n, sub: 2n } as const;
