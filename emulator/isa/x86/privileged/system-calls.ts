/** SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS (SDM, volume 2B; volume 3A, section 5.8.7 and 5.8.8). */
import { ATTRIBUTE, EFER, FLAG, GPR, SEGMENT } from '../state.ts';
import {
  type Context,
  type CoreState,
  is64,
  isCanonical,
  isLong,
  isProtected,
  rflagsOf,
  setInstructionPointer,
  setRflags,
  wide,
} from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { setSegment } from './segments.ts';

/** Selectors are loaded without looking at their descriptors: flat segments of the privilege level. */
function flatCode(state: CoreState, selector: number, level: number, is64Bit: boolean): void {
  const size = is64Bit ? ATTRIBUTE.L : ATTRIBUTE.DB;
  const type = ATTRIBUTE.code | ATTRIBUTE.writable | ATTRIBUTE.accessed;
  setSegment(state, SEGMENT.CS, selector, {
    base: 0n,
    limit: 0xffff_ffff,
    attributes: type | ATTRIBUTE.S | (level << 5) | ATTRIBUTE.P | size | ATTRIBUTE.G,
  });
  state.cpl = level;
}
function flatStack(state: CoreState, selector: number, level: number): void {
  const type = ATTRIBUTE.writable | ATTRIBUTE.accessed;
  setSegment(state, SEGMENT.SS, selector, {
    base: 0n,
    limit: 0xffff_ffff,
    attributes: type | ATTRIBUTE.S | (level << 5) | ATTRIBUTE.P | ATTRIBUTE.DB | ATTRIBUTE.G,
  });
}

export function systemCall({ state }: Context): void {
  if (!(state.efer & EFER.SCE) || !is64(state)) throw new Fault(VECTOR.UD);
  const selector = Number((state.star >> 32n) & 0xfffcn);
  state.gpr[GPR.RCX] = state.nextPc;
  state.gpr[11] = BigInt(rflagsOf(state) & ~FLAG.RF);
  setRflags(state, rflagsOf(state) & ~state.fmask & ~FLAG.RF);
  flatCode(state, selector, 0, true);
  flatStack(state, selector + 8, 0);
  state.pc = state.lstar;
}

/** @param to64 the return is to 64-bit code */
export function systemReturn({ state }: Context, to64: boolean): void {
  if (!(state.efer & EFER.SCE) || !is64(state)) throw new Fault(VECTOR.UD);
  if (state.cpl !== 0) throw new Fault(VECTOR.GP);
  const target = wide(state.gpr, GPR.RCX);
  if (to64 && !isCanonical(state, target)) throw new Fault(VECTOR.GP);
  const selector = Number((state.star >> 48n) & 0xffffn);
  setRflags(state, Number(wide(state.gpr, 11) & 0x3c_7fd7n));
  flatCode(state, (selector + (to64 ? 16 : 0)) | 3, 3, to64);
  flatStack(state, (selector + 8) | 3, 3);
  state.pc = to64 ? target : target & 0xffff_ffffn;
}

export function systemEnter({ state }: Context): void {
  const selector = Number(state.sysenterCs & 0xfffcn);
  if (!isProtected(state) || selector === 0) throw new Fault(VECTOR.GP);
  const long = isLong(state);
  state.rflags &= ~(FLAG.VM | FLAG.IF | FLAG.RF);
  flatCode(state, selector, 0, long);
  flatStack(state, selector + 8, 0);
  state.gpr[GPR.RSP] = long ? state.sysenterEsp : state.sysenterEsp & 0xffff_ffffn;
  setInstructionPointer(state, long ? state.sysenterEip : state.sysenterEip & 0xffff_ffffn);
}

/** @param to64 the return is to 64-bit code */
export function systemExit({ state }: Context, to64: boolean): void {
  const selector = Number(state.sysenterCs & 0xfffcn);
  if (!isProtected(state) || selector === 0 || state.cpl !== 0) throw new Fault(VECTOR.GP);
  const [stack, target] = [wide(state.gpr, GPR.RCX), wide(state.gpr, GPR.RDX)];
  if (to64 && !(isCanonical(state, stack) && isCanonical(state, target))) throw new Fault(VECTOR.GP);
  flatCode(state, (selector + (to64 ? 32 : 16)) | 3, 3, to64);
  flatStack(state, (selector + (to64 ? 40 : 24)) | 3, 3);
  state.gpr[GPR.RSP] = to64 ? stack : stack & 0xffff_ffffn;
  setInstructionPointer(state, to64 ? target : target & 0xffff_ffffn);
}

export function swapGs({ state }: Context): void {
  if (!is64(state)) throw new Fault(VECTOR.UD);
  if (state.cpl !== 0) throw new Fault(VECTOR.GP);
  const base = wide(state.segmentBase, SEGMENT.GS);
  state.segmentBase[SEGMENT.GS] = state.kernelGsBase;
  state.kernelGsBase = base;
}
