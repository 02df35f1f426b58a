/** MXCSR for the engine (SDM, volume 1, sections 10.2.3 and 11.5). */
import type { FloatPolicy } from '../architecture.ts';

/** Flags as the state has them: the engine's own, and the one for subnormal operands. */
export const SSE_FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16, subnormal: 32 } as const;
/** MXCSR's bit of each of them, from bit 0. */
export const MXCSR_BITS = [5, 4, 3, 2, 0, 1] as const;
/** Bits of `sseFlush`. */
export const FLUSH = { operands: 1, results: 2, trapsUnderflow: 4, trapsOverflow: 8 } as const;

export const floatPolicy: FloatPolicy = {
  rounding: 'sseRounding',
  flags: 'sseFlags',
  operand: 'rounding',
  reservedAbove: 4,
  nan: { prefers: 'first', invalidProduct: 'addend', negative: true },
  flush: { field: 'sseFlush', ...FLUSH, raises: 'underflow and inexact' },
  subnormal: SSE_FLAG.subnormal,
};
