/** Debug registers: what they watch, and what DR6 tells of it (SDM, volume 3B, section 17.2). */
import { ACCESS } from '../../architecture.ts';
import { CR4 } from '../state.ts';
import { type CoreState, wide } from './context.ts';

/** Bits of DR6: an access to the debug registers, a single step, a task switch. */
export const DR6 = { BD: 1 << 13, BS: 1 << 14, BT: 1 << 15 } as const;
/** What breakpoints 0 to 3 break on, two bits of DR7 each. */
const KIND = { execution: 0, write: 1, port: 2, access: 3 } as const;
/** L and G of all four. */
const ENABLED = 0xff;
const BREAKPOINTS = [0, 1, 2, 3] as const;

/** Some breakpoint is enabled: instructions are executed one by one. */
export const isArmed = ({ dr7 }: CoreState): boolean => (dr7 & ENABLED) !== 0;
const isEnabled = (dr7: number, number: number) => (dr7 >> (2 * number)) & 3;
const kindOf = (dr7: number, number: number) => (dr7 >> (16 + 4 * number)) & 3;
/** One, two, eight or four bytes. */
const bytesOf = (dr7: number, number: number) => BigInt([1, 2, 8, 4][(dr7 >> (18 + 4 * number)) & 3] ?? 1);

export const watchesData = ({ dr7 }: CoreState): boolean =>
  (dr7 & ENABLED) !== 0 && BREAKPOINTS.some((number) => isEnabled(dr7, number) && (kindOf(dr7, number) & 1) !== 0);

/** The breakpoints that `matches`, as DR6 has them. */
function found({ dr7 }: CoreState, kinds: readonly number[], matches: (number: number) => boolean): number {
  return BREAKPOINTS.reduce<number>(
    (bits, number) => bits | (isEnabled(dr7, number) && kinds.includes(kindOf(dr7, number)) && matches(number) ? 1 << number : 0),
    0,
  );
}
/** Those at an instruction. */
export const atInstruction = (state: CoreState, pc: bigint): number =>
  isArmed(state) ? found(state, [KIND.execution], (number) => wide(state.dr, number) === pc) : 0;
/** Those that an access of `width` bytes from an address on overlaps. */
function overlapping(state: CoreState, kinds: readonly number[], address: bigint, width: number): number {
  return found(state, kinds, (number) => {
    const bytes = bytesOf(state.dr7, number);
    const from = wide(state.dr, number) & ~(bytes - 1n);
    return address < from + bytes && from < address + BigInt(width);
  });
}
export const atData = (state: CoreState, address: bigint, width: number, access: number): number =>
  overlapping(state, access === ACCESS.store ? [KIND.write, KIND.access] : [KIND.access], address, width);
/** Ports have breakpoints with CR4.DE only. */
export const atPort = (state: CoreState, port: number, width: number): number =>
  state.cr4 & CR4.DE && isArmed(state) ? overlapping(state, [KIND.port], BigInt(port), width) : 0;
