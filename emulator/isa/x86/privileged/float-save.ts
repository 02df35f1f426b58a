/** FXSAVE and FXRSTOR (SDM, volume 1, section 10.5), and MXCSR, which the state has in parts. */
import { FLUSH, MXCSR_BITS, SSE_FLAG } from '../float-policy.ts';
import { CR0, CR4 } from '../state.ts';
import { at, type Context, type CoreState, is64, wide } from './context.ts';
import { Fault, VECTOR } from './fault.ts';

/** Rounding modes as MXCSR numbers them to how the engine does, and back. */
export const MXCSR_ROUNDING = [0, 2, 3, 1] as const;
export const MXCSR_RC = [0, 3, 1, 2] as const;
/** Bits of MXCSR, or the first of several. */
export const MXCSR_AT = { daz: 6, masks: 7, overflowMask: 10, underflowMask: 11, rounding: 13, ftz: 15 } as const;
/** Flags and rounding, which the state has elsewhere. */
export const MXCSR_APART = 0x3f | (3 << MXCSR_AT.rounding);
/** Bits of MXCSR that there are. */
export const MXCSR_MASK = 0xffff;
/** MXCSR after a reset. */
export const USUAL_MXCSR = 0x1f80;
const DAZ = 1 << MXCSR_AT.daz;
const FTZ = 1 << MXCSR_AT.ftz;
const UNDERFLOW_MASK = 1 << MXCSR_AT.underflowMask;
const OVERFLOW_MASK = 1 << MXCSR_AT.overflowMask;

export function readMxcsr({ mxcsr, sseRounding, sseFlags }: CoreState): number {
  const flags = MXCSR_BITS.reduce<number>((bits, place, flag) => bits | (((sseFlags >> flag) & 1) << place), 0);
  return (mxcsr & ~MXCSR_APART) | flags | ((MXCSR_RC[sseRounding & 3] ?? 0) << MXCSR_AT.rounding);
}
/** @throws Fault for reserved bits */
export function writeMxcsr(state: CoreState, value: number): void {
  if (value & ~MXCSR_MASK) throw new Fault(VECTOR.GP);
  state.mxcsr = value & ~MXCSR_APART;
  state.sseRounding = MXCSR_ROUNDING[(value >> MXCSR_AT.rounding) & 3] ?? 0;
  const flags = (bits: number) => MXCSR_BITS.reduce<number>((all, place, flag) => all | (((bits >> place) & 1) << flag), 0);
  state.sseFlags = flags(value);
  state.sseUnmasked = flags(~value >> MXCSR_AT.masks);
  // Flushing results is for those whose underflow is masked.
  const flushesResults = (value & FTZ) !== 0 && (value & UNDERFLOW_MASK) !== 0;
  const { operands, results, trapsUnderflow, trapsOverflow } = FLUSH;
  const traps = (value & UNDERFLOW_MASK ? 0 : trapsUnderflow) | (value & OVERFLOW_MASK ? 0 : trapsOverflow);
  state.sseFlush = (value & DAZ ? operands : 0) | (flushesResults ? results : 0) | traps;
}

/** Joins flags that were kept apart, where an instruction ends early. */
export function joinFlags(state: CoreState): void {
  state.sseFlags |= state.sseHeld;
  state.sseHeld = 0;
}
/** Before these nothing is rounded: where one is not masked, the flags of rounding are not due (SDM, volume 1, section 11.5.2). */
const BEFORE_ROUNDING = SSE_FLAG.invalid | SSE_FLAG.subnormal | SSE_FLAG.divideByZero;
/** Leaves the flags that are due where an exception is not masked. */
export function keepUnmasked(state: CoreState): void {
  if (state.sseFlags & state.sseUnmasked & BEFORE_ROUNDING) state.sseFlags &= BEFORE_ROUNDING;
}
/** An exception that is not masked. @throws Fault */
export function floatException({ state }: Context): never {
  keepUnmasked(state);
  joinFlags(state);
  throw new Fault(state.cr4 & CR4.OSXMMEXCPT ? VECTOR.XM : VECTOR.UD);
}

/** LDMXCSR and STMXCSR need the unit. */
function forVectors({ state }: Context): void {
  if (state.cr0 & CR0.EM || !(state.cr4 & CR4.OSFXSR)) throw new Fault(VECTOR.UD);
  if (state.cr0 & CR0.TS) throw new Fault(VECTOR.NM);
}
export function loadMxcsr(core: Context, value: number): void {
  forVectors(core);
  writeMxcsr(core.state, value);
}
export function storedMxcsr(core: Context): bigint {
  forVectors(core);
  return BigInt(readMxcsr(core.state));
}

/** Where FXSAVE and XSAVE put things, in bytes from the area's beginning. */
export const AREA = { fcw: 0, fsw: 2, ftw: 4, fop: 6, fip: 8, fdp: 16, mxcsr: 24, mask: 28, st: 32, xmm: 160, end: 512 } as const;
const topOf = ({ fpuStatus }: CoreState) => (fpuStatus >> 11) & 7;

function check(core: Context, address: bigint): void {
  if (core.state.cr0 & (CR0.EM | CR0.TS)) throw new Fault(VECTOR.NM);
  if (address & 15n) throw new Fault(VECTOR.GP);
}

/** FXSAVE. @param wide the form with REX.W, which has pointers of 64 bits */
export function saveFloat(core: Context, address: bigint, widePointers: boolean): void {
  check(core, address);
  const { state, memory } = core;
  const put: Put = memory.writer(address, AREA.end);
  // The last byte first: once both ends are writable nothing is written in vain.
  put(511, 1, memory.read(address + 511n, 1));
  saveUnit(core, put, widePointers);
  put(AREA.mxcsr, 4, readMxcsr(state));
  put(AREA.mask, 4, MXCSR_MASK);
  saveVectors(core, put);
}
/** Writes at a distance from the area's beginning. */
export type Put = (offset: number, width: 1 | 2 | 4 | 8, value: bigint | number) => void;
/** x87, which is where both FXSAVE and XSAVE have it. */
export function saveUnit({ state }: Context, put: Put, widePointers: boolean): void {
  put(AREA.fcw, 2, state.fpuControl);
  put(AREA.fsw, 2, state.fpuStatus);
  put(AREA.ftw, 2, state.fpuTags & 0xff);
  put(AREA.fop, 2, state.fpuOpcode);
  savePointer(put, AREA.fip, state.fpuInstruction, state.fpuInstructionSelector, widePointers);
  savePointer(put, AREA.fdp, state.fpuData, state.fpuDataSelector, widePointers);
  for (let register = 0; register < 8; register++) {
    const physical = (topOf(state) + register) & 7;
    put(AREA.st + 16 * register, 8, wide(state.x87, physical));
    put(AREA.st + 16 * register + 8, 8, at(state.x87Exponent, physical) & 0xffff);
  }
}
/** How many halves of vectors there are: half of them outside 64-bit mode. */
export const vectorHalves = (state: CoreState): number => (is64(state) ? 32 : 16);
export function saveVectors({ state }: Context, put: Put): void {
  for (let half = 0; half < vectorHalves(state); half++) put(AREA.xmm + 8 * half, 8, wide(state.xmm, half));
}
function savePointer(put: Put, offset: number, pointer: bigint, selector: number, whole: boolean): void {
  if (whole) return put(offset, 8, pointer);
  put(offset, 4, pointer & 0xffff_ffffn);
  put(offset + 4, 4, selector);
}

/** FXRSTOR. */
export function restoreFloat(core: Context, address: bigint, widePointers: boolean): void {
  check(core, address);
  const { state, memory } = core;
  const read = memory.reader(address, AREA.end);
  const words = Array.from({ length: AREA.end / 8 }, (_, word) => read(8 * word));
  const word: Word = (offset) => wide(words, offset >> 3) >> BigInt(8 * (offset & 7));
  writeMxcsr(state, Number(word(AREA.mxcsr) & 0xffff_ffffn));
  restoreUnit(core, word, widePointers);
  restoreVectors(core, word);
}
/** What begins at a distance from the area's beginning, in the low bits. */
export type Word = (offset: number) => bigint;
export function restoreUnit({ state }: Context, word: Word, widePointers: boolean): void {
  state.fpuControl = Number(word(AREA.fcw) & 0x1f7fn) | 0x40;
  state.fpuStatus = Number(word(AREA.fsw) & 0xffffn);
  state.fpuTags = Number(word(AREA.ftw) & 0xffn);
  state.fpuOpcode = Number(word(AREA.fop) & 0x7ffn);
  const pointer = (offset: number) => (widePointers ? word(offset) : word(offset) & 0xffff_ffffn);
  state.fpuInstruction = pointer(AREA.fip);
  state.fpuData = pointer(AREA.fdp);
  if (!widePointers) {
    state.fpuInstructionSelector = Number(word(AREA.fip + 4) & 0xffffn);
    state.fpuDataSelector = Number(word(AREA.fdp + 4) & 0xffffn);
  }
  for (let register = 0; register < 8; register++) {
    const physical = (topOf(state) + register) & 7;
    state.x87[physical] = word(AREA.st + 16 * register);
    state.x87Exponent[physical] = Number(word(AREA.st + 16 * register + 8) & 0xffffn);
  }
}
export function restoreVectors({ state }: Context, word: Word): void {
  for (let half = 0; half < vectorHalves(state); half++) state.xmm[half] = BigInt.asUintN(64, word(AREA.xmm + 8 * half));
}
/** x87 as XRSTOR leaves it where the area has nothing of it. */
export function resetUnit(state: CoreState): void {
  Object.assign(state, { fpuControl: 0x37f, fpuStatus: 0, fpuTags: 0, fpuOpcode: 0, fpuInstruction: 0n, fpuData: 0n });
  Object.assign(state, { fpuInstructionSelector: 0, fpuDataSelector: 0 });
  state.x87.fill(0n);
  state.x87Exponent.fill(0);
}
