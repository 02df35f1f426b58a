/** The x87 unit's control: whether it may be used, its environment, its exceptions (SDM, volume 1, chapter 8). */
import { CR0 } from '../state.ts';
import { at, type Context, type CoreState } from './context.ts';
import { Fault, VECTOR } from './fault.ts';

/** Bits of the status word. */
export const FSW = {
  IE: 1,
  DE: 2,
  ZE: 4,
  OE: 8,
  UE: 16,
  PE: 32,
  SF: 64,
  ES: 128,
  C0: 1 << 8,
  C1: 1 << 9,
  C2: 1 << 10,
  C3: 1 << 14,
  B: 1 << 15,
} as const;
const EXCEPTIONS = 0x3f;
const TOP_AT = 11;

export const topOf = ({ fpuStatus }: CoreState): number => (fpuStatus >> TOP_AT) & 7;
export function setTop(state: CoreState, top: number): void {
  state.fpuStatus = (state.fpuStatus & ~(7 << TOP_AT)) | ((top & 7) << TOP_AT);
}

/** Raises exceptions: those that are not masked are taken by the next instruction that waits. */
export function signal(state: CoreState, flags: number): void {
  state.fpuStatus |= flags;
  summarise(state);
}
/** Brings ES and B up to date. */
export function summarise(state: CoreState): void {
  const pending = state.fpuStatus & ~state.fpuControl & EXCEPTIONS;
  state.fpuStatus = pending ? state.fpuStatus | FSW.ES | FSW.B : state.fpuStatus & ~(FSW.ES | FSW.B);
}

/** Before every x87 instruction. @param waits it takes exceptions that are pending. @throws Fault */
export function forUnit({ state }: Context, waits: boolean): void {
  if (state.cr0 & (CR0.EM | CR0.TS)) throw new Fault(VECTOR.NM);
  if (waits && state.fpuStatus & FSW.ES) throw new Fault(VECTOR.MF);
}
/** WAIT. */
export function waitForUnit({ state }: Context): void {
  if ((state.cr0 & (CR0.MP | CR0.TS)) === (CR0.MP | CR0.TS)) throw new Fault(VECTOR.NM);
  if (state.fpuStatus & FSW.ES) throw new Fault(VECTOR.MF);
}

export function initialise(state: CoreState): void {
  Object.assign(state, {
    fpuControl: 0x37f,
    fpuStatus: 0,
    fpuTags: 0,
    fpuOpcode: 0,
    fpuInstruction: 0n,
    fpuInstructionSelector: 0,
    fpuData: 0n,
    fpuDataSelector: 0,
  });
}
export function clearExceptions(state: CoreState): void {
  state.fpuStatus &= ~(EXCEPTIONS | FSW.SF | FSW.ES | FSW.B);
}
export function loadControl(state: CoreState, value: number): void {
  state.fpuControl = (value & 0x1f7f) | 0x40;
  summarise(state);
}

const TAG = { valid: 0, zero: 1, special: 2, empty: 3 } as const;
/** A register's tag of two bits, which follows from what it holds. */
function tagOf(state: CoreState, physical: number): number {
  if (!((state.fpuTags >> physical) & 1)) return TAG.empty;
  const exponent = at(state.x87Exponent, physical) & 0x7fff;
  const significand = state.x87[physical] ?? 0n;
  if (exponent === 0 && significand === 0n) return TAG.zero;
  return exponent === 0 || exponent === 0x7fff || significand >> 63n === 0n ? TAG.special : TAG.valid;
}

/** FNSTENV: 28 bytes, or 14 of 16-bit operands. @returns bytes written */
export function storeEnvironment(core: Context, address: bigint): number {
  const { state, memory } = core;
  const tags = Array.from({ length: 8 }, (_, physical) => tagOf(state, physical) << (2 * physical)).reduce((bits, tag) => bits | tag, 0);
  const { fpuInstruction, fpuData, fpuInstructionSelector, fpuDataSelector, fpuOpcode } = state;
  const narrow = state.operandSize === 16;
  const words = narrow
    ? [
        state.fpuControl,
        state.fpuStatus,
        tags,
        Number(fpuInstruction & 0xffffn),
        fpuInstructionSelector,
        Number(fpuData & 0xffffn),
        fpuDataSelector,
      ]
    : [
        state.fpuControl | 0xffff_0000,
        state.fpuStatus | 0xffff_0000,
        tags | 0xffff_0000,
        Number(fpuInstruction & 0xffff_ffffn),
        fpuInstructionSelector | (fpuOpcode << 16),
        Number(fpuData & 0xffff_ffffn),
        fpuDataSelector | 0xffff_0000,
      ];
  const width = narrow ? 2 : 4;
  // The last first, so that nothing is written where not all can be.
  words
    .map((word, index) => [word, index] as const)
    .toReversed()
    .forEach(([word, index]) => memory.write(address + BigInt(width * index), width, BigInt(word >>> 0)));
  state.fpuControl |= EXCEPTIONS;
  return width * words.length;
}
/** FLDENV. @returns bytes read */
export function loadEnvironment(core: Context, address: bigint): number {
  const { state, memory } = core;
  const width = state.operandSize === 16 ? 2 : 4;
  const words = Array.from({ length: 7 }, (_, index) => Number(memory.read(address + BigInt(width * index), width)));
  const [control = 0, status = 0, tags = 0, instruction = 0, selector = 0, data = 0, dataSelector = 0] = words;
  state.fpuStatus = status & 0xffff;
  state.fpuTags = Array.from({ length: 8 }, (_, physical) => (((tags >> (2 * physical)) & 3) === TAG.empty ? 0 : 1 << physical)).reduce(
    (bits, bit) => bits | bit,
    0,
  );
  Object.assign(state, {
    fpuInstruction: BigInt(instruction),
    fpuInstructionSelector: selector & 0xffff,
    fpuOpcode: width === 4 ? (selector >> 16) & 0x7ff : 0,
  });
  Object.assign(state, { fpuData: BigInt(data), fpuDataSelector: dataSelector & 0xffff });
  loadControl(state, control);
  return width * 7;
}
