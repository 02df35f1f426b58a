/** IRET in all modes (SDM, volume 2A, "IRET"). */
import type { Width } from '../../cpu.ts';
import { ATTRIBUTE, FLAG, SEGMENT } from '../state.ts';
import {
  atPrivilege,
  type Context,
  ioPrivilege,
  is64,
  isCanonical,
  isLong,
  isProtected,
  isVirtual8086,
  rflagsOf,
  setInstructionPointer,
  setRflags,
  wide,
} from './context.ts';
import { type Descriptor, isCode, isConforming, present, privilegeOf } from './descriptor.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';
import {
  checkCodeSize,
  clearSegment,
  dropInnerSegments,
  isNull,
  loadReal,
  loadVirtual8086,
  readDescriptor,
  setCode,
  setStackSegment,
  stackDescriptor,
} from './segments.ts';
import { Stack } from './stack.ts';
import { switchTask } from './task-switch.ts';

/** Flags that any program may change by popping them. */
const FREE = FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.TF | FLAG.DF | FLAG.OF | FLAG.NT;
const UPPER = FLAG.AC | FLAG.ID | FLAG.RF;

/** Flags that the kernel's IRETQ leaves where nobody looks for breakpoints, which RF is for: all others stay clear. */
export const RETURNED_FLAGS = FREE | FLAG.AC | FLAG.ID | FLAG.IF | FLAG.IOPL | FLAG.VIF | FLAG.VIP;

/** Puts flags that were popped with so many bytes, as far as `privilege` may change them. */
export function restoreFlags(core: Context, value: number, width: Width, privilege: number, changes = FREE | UPPER): void {
  const { state } = core;
  let mask = width === 2 ? changes & 0xffff : changes;
  if (privilege <= ioPrivilege(state)) mask |= FLAG.IF;
  if (privilege === 0) mask |= FLAG.IOPL | (width === 2 ? 0 : FLAG.VIF | FLAG.VIP);
  setRflags(state, (rflagsOf(state) & ~mask) | (value & mask));
}
/** What POPF changes: unlike IRET it leaves RF clear, and VIP and VIF alone. */
export const POPF_CHANGES = FREE | FLAG.AC | FLAG.ID;

/** @param width of what lies on the stack. @returns whether a debug trap of the task that it has switched to is due. @throws Fault, or Again, with nothing changed */
export function interruptReturn(core: Context, width: 2 | 4 | 8): boolean {
  const { state } = core;
  if (!isProtected(state) || isVirtual8086(state)) return (returnReal(core, width), false);
  if (state.rflags & FLAG.NT) {
    if (isLong(state)) throw new Fault(VECTOR.GP);
    const selector = atPrivilege(core, 0, () => core.memory.read16(wide(state.segmentBase, SEGMENT.TR)));
    return switchTask(core, { selector, way: 'return', returnsTo: state.nextPc });
  }
  const stack = Stack.current(core);
  const pointer = stack.pop(width);
  const selector = Number(stack.pop(width) & 0xffffn);
  const flags = Number(stack.pop(width) & 0xffff_ffffn) | 0;
  if (flags & FLAG.VM && width === 4 && state.cpl === 0 && !isLong(state))
    return (returnVirtual8086(core, stack, { pointer, selector, flags }), false);
  const level = selector & 3;
  const outer = level > state.cpl;
  const code = returnCode(core, selector);
  let stackPointer: bigint | undefined;
  let segment: { readonly selector: number; readonly descriptor: Descriptor | undefined } | undefined;
  if (outer || is64(state)) {
    stackPointer = stack.pop(width);
    const stackSelector = Number(stack.pop(width) & 0xffffn);
    segment = { selector: stackSelector, descriptor: returnStack(core, stackSelector, level, code) };
  }
  const to64 = isLong(state) && (code.attributes & ATTRIBUTE.L) !== 0;
  if (to64 ? !isCanonical(state, pointer) : Number(pointer & 0xffff_ffffn) > code.limit) throw new Fault(VECTOR.GP);
  const before = state.cpl;
  setCode(core, selector, code, level);
  if (segment && stackPointer !== undefined) {
    if (segment.descriptor) setStackSegment(core, segment.selector, segment.descriptor);
    else clearSegment(state, SEGMENT.SS, segment.selector);
    const returned = Stack.current(core);
    returned.pointer = stackPointer;
    returned.commit();
  } else stack.commit();
  setInstructionPointer(state, to64 ? pointer : pointer & 0xffff_ffffn);
  restoreFlags(core, flags, width, before);
  if (outer) dropInnerSegments(state);
  return false;
}

/** The code segment to return to. */
export function returnCode(core: Context, selector: number): Descriptor {
  const error = selectorError(selector);
  const level = selector & 3;
  if (isNull(selector)) throw new Fault(VECTOR.GP);
  const code = readDescriptor(core, selector);
  const fits = isConforming(code) ? privilegeOf(code) <= level : privilegeOf(code) === level;
  if (level < core.state.cpl || !isCode(code) || !fits) throw new Fault(VECTOR.GP, error);
  checkCodeSize(core.state, code, error);
  if (!present(code)) throw new Fault(VECTOR.NP, error);
  return code;
}
/** The stack segment to return to; undefined: none, which 64-bit code of an inner level may have. */
export function returnStack(core: Context, selector: number, level: number, code: Descriptor): Descriptor | undefined {
  if (!isNull(selector)) return stackDescriptor(core, selector, level);
  if (!isLong(core.state) || !(code.attributes & ATTRIBUTE.L) || level === 3) throw new Fault(VECTOR.GP);
  return undefined;
}

function returnReal(core: Context, width: 2 | 4 | 8): void {
  const { state } = core;
  const virtual = isVirtual8086(state);
  if (virtual && ioPrivilege(state) < 3) throw new Fault(VECTOR.GP);
  const stack = Stack.current(core);
  const pointer = stack.pop(width);
  const selector = Number(stack.pop(width) & 0xffffn);
  const flags = Number(stack.pop(width)) | 0;
  if (pointer > 0xffffn) throw new Fault(VECTOR.GP);
  stack.commit();
  if (virtual) loadVirtual8086(state, SEGMENT.CS, selector);
  else loadReal(state, SEGMENT.CS, selector);
  setInstructionPointer(state, pointer);
  // IOPL cannot be changed from virtual-8086 mode.
  restoreFlags(core, flags, width, virtual ? 3 : 0);
}

function returnVirtual8086(
  core: Context,
  stack: Stack,
  { pointer, selector, flags }: { pointer: bigint; selector: number; flags: number },
): void {
  const { state } = core;
  const stackPointer = stack.pop(4);
  const segments = [SEGMENT.SS, SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS].map(
    (segment) => [segment, Number(stack.pop(4) & 0xffffn)] as const,
  );
  for (const [segment, value] of segments) loadVirtual8086(state, segment, value);
  loadVirtual8086(state, SEGMENT.CS, selector);
  state.gpr[4] = stackPointer;
  state.cpl = 3;
  setRflags(state, flags & 0x3f_ffff);
  setInstructionPointer(state, pointer & 0xffffn);
}
