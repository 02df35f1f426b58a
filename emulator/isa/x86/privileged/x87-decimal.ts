/** Packed decimal integers: eighteen digits and a sign (SDM, volume 1, section 4.7). */
import type { Context, CoreState } from './context.ts';
import { roundingOf } from './x87-arithmetic.ts';
import { FSW, signal } from './x87-control.ts';
import {
  exact,
  type Extended,
  isInfinite,
  isNaN,
  isNegative,
  isUnsupported,
  RAISED,
  shiftRounded,
  toExtended,
  zero,
} from './x87-number.ts';

const DIGITS = 18;
/** What FBSTP stores where there is no such integer. */
const INDEFINITE = 0xffff_c000_0000_0000_0000n;

/** FBLD's operand. Digits that are none count as what their bits are. */
export function fromDecimal({ memory }: Context, address: bigint): Extended {
  const lower = memory.read(address, 8);
  const upper = memory.read(address + 8n, 2);
  let value = 0n;
  for (let digit = DIGITS - 1; digit >= 0; digit--)
    value = 10n * value + (((digit >= 16 ? upper : lower) >> BigInt(4 * (digit % 16))) & 15n);
  const negative = upper >> 15n !== 0n;
  return value === 0n ? zero(negative) : toExtended({ negative, significand: value, power: 0 });
}

/** The ten bytes that FBSTP stores. */
export function toDecimal(state: CoreState, value: Extended): bigint {
  state.fpuStatus &= ~FSW.C1;
  const refuse = () => (signal(state, RAISED.invalid), INDEFINITE);
  if (isUnsupported(value) || isNaN(value) || isInfinite(value)) return refuse();
  const { negative, significand, power } = exact(value);
  const { value: whole, inexact, up } = shiftRounded(significand, Math.min(-power, 200), negative, roundingOf(state));
  if (power > 64 || whole >= 10n ** BigInt(DIGITS)) return refuse();
  if (inexact) signal(state, RAISED.inexact);
  if (up) state.fpuStatus |= FSW.C1;
  return BigInt(`0x${whole.toString()}`) | (isNegative(value) ? 1n << 79n : 0n);
}
