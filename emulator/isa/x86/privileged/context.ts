/** What the parts of the privileged half share: the core's state, the engine, and questions that all of them ask. */
import type { StateOf } from '../../../snapshot/schema.ts';
import type { EngineCore } from '../../architecture.ts';
import { describeFlags, flagsFrom } from '../flags.ts';
import { ATTRIBUTE, CR0, CR4, type coreState, EFER, FLAG, SEGMENT, STATUS_FLAGS } from '../state.ts';
import type { LinearMemory } from './memory.ts';

export type CoreState = StateOf<typeof coreState>;

export interface Context {
  readonly state: CoreState;
  readonly engine: EngineCore;
  readonly memory: LinearMemory;
  /** An interrupt may have become one that can be taken. */
  interruptsChanged(): void;
}

export const at = (array: Readonly<Record<number, number>>, index: number): number => array[index] as number;
export const wide = (array: Readonly<Record<number, bigint>>, index: number): bigint => array[index] as bigint;

export const isProtected = ({ cr0 }: CoreState): boolean => (cr0 & CR0.PE) !== 0;
/** IA-32e mode: 64-bit or compatibility mode. */
export const isLong = ({ efer }: CoreState): boolean => (efer & EFER.LMA) !== 0;
export const is64 = (state: CoreState): boolean => isLong(state) && (at(state.segmentAttributes, SEGMENT.CS) & ATTRIBUTE.L) !== 0;
export const isVirtual8086 = ({ rflags, cr0 }: CoreState): boolean => (rflags & FLAG.VM) !== 0 && (cr0 & CR0.PE) !== 0;
export const ioPrivilege = ({ rflags }: CoreState): number => (rflags >> 12) & 3;

/** Bits of a linear address: with four levels of paging, and with five. */
const LINEAR_BITS = { four: 48, five: 57 } as const;
const fits = (address: bigint, bits: number) => BigInt.asUintN(64, BigInt.asIntN(bits, address)) === address;
/** The topmost bits of an address are all alike, from the last on that the paging mode translates. */
export const isCanonical = ({ cr4 }: CoreState, address: bigint): boolean =>
  fits(address, cr4 & CR4.LA57 ? LINEAR_BITS.five : LINEAR_BITS.four);
/** The same of what registers may hold, whatever the mode. */
export const mayBeHeld = (address: bigint): boolean => fits(address, LINEAR_BITS.five);

/** RIP, EIP or IP of a linear address of code. */
export function instructionPointer(state: CoreState, pc: bigint): bigint {
  return is64(state) ? pc : (pc - wide(state.segmentBase, SEGMENT.CS)) & 0xffff_ffffn;
}
/** Goes to an offset in the code segment that is loaded. */
export function setInstructionPointer(state: CoreState, offset: bigint): void {
  state.pc = is64(state) ? BigInt.asUintN(64, offset) : (wide(state.segmentBase, SEGMENT.CS) + offset) & 0xffff_ffffn;
}

/** RFLAGS as software sees it. */
export const rflagsOf = (state: CoreState): number => state.rflags | Number(flagsFrom(state.flags)) | FLAG.fixed;
export function setRflags(state: CoreState, value: number): void {
  describeFlags(state.flags, BigInt(value & STATUS_FLAGS));
  state.rflags = (value & ~STATUS_FLAGS) | FLAG.fixed;
}

/** Accesses of `body` are the core's own at a privilege level, whatever the program's is. */
export function atPrivilege<T>({ state, engine }: Context, level: number, body: () => T): T {
  const implicit = level < 3 ? 1 : 0;
  if (state.cpl < 3 || state.implicitSupervisor === implicit) return body();
  const before = state.implicitSupervisor;
  state.implicitSupervisor = implicit;
  engine.modeChanged();
  try {
    return body();
  } finally {
    state.implicitSupervisor = before;
    engine.modeChanged();
  }
}
