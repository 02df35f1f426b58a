/** Far jumps, calls and returns (SDM, volume 2A and 2B, "JMP", "CALL", "RET"; volume 3A, section 5.8). */
import type { Width } from '../../cpu.ts';
import { ATTRIBUTE, SEGMENT } from '../state.ts';
import {
  atPrivilege,
  type Context,
  instructionPointer,
  is64,
  isCanonical,
  isLong,
  isProtected,
  isVirtual8086,
  setInstructionPointer,
  wide,
} from './context.ts';
import {
  type Descriptor,
  type Gate,
  isCode,
  isConforming,
  isSystem,
  parseGate,
  present,
  privilegeOf,
  SYSTEM_TYPE,
  systemType,
} from './descriptor.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';
import { returnCode, returnStack } from './interrupt-return.ts';
import {
  checkCodeSize,
  checkDirectCode,
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
import { innerStack } from './task-state.ts';
import { switchTask } from './task-switch.ts';

/** System descriptors that a transfer makes a task switch of. */
const TASKS = new Set<number>([SYSTEM_TYPE.taskGate, SYSTEM_TYPE.tss16, SYSTEM_TYPE.busyTss16, SYSTEM_TYPE.tss32, SYSTEM_TYPE.busyTss32]);

/** A far pointer with the operand size in bytes, and where a call returns to (linear). */
export interface FarTransfer {
  readonly selector: number;
  readonly offset: bigint;
  readonly width: 2 | 4 | 8;
  /** Absent: a jump. */
  readonly returnsTo?: bigint;
}

/** @returns whether a debug trap of the task that it has switched to is due. @throws Fault, or Again, with nothing changed but by a task switch */
export function farTransfer(core: Context, transfer: FarTransfer): boolean {
  const { state } = core;
  const { selector, offset, width, returnsTo } = transfer;
  if (!isProtected(state) || isVirtual8086(state)) {
    if (offset > 0xffffn && width !== 2) throw new Fault(VECTOR.GP);
    pushReturn(core, returnsTo, width);
    if (isVirtual8086(state)) loadVirtual8086(state, SEGMENT.CS, selector);
    else loadReal(state, SEGMENT.CS, selector);
    setInstructionPointer(state, offset & 0xffffn);
    return false;
  }
  if (isNull(selector)) throw new Fault(VECTOR.GP);
  const descriptor = readDescriptor(core, selector);
  if (isSystem(descriptor)) return throughGate(core, transfer, descriptor);
  checkDirectCode(core, selector, descriptor);
  checkTarget(core, descriptor, offset);
  pushReturn(core, returnsTo, width);
  setCode(core, selector, descriptor, state.cpl);
  setInstructionPointer(state, width === 2 ? offset & 0xffffn : offset);
  return false;
}

function checkTarget({ state }: Context, { attributes, limit }: Descriptor, offset: bigint): void {
  const to64 = isLong(state) && (attributes & ATTRIBUTE.L) !== 0;
  if (to64 ? !isCanonical(state, offset) : offset > BigInt(limit)) throw new Fault(VECTOR.GP);
}

function pushReturn(core: Context, returnsTo: bigint | undefined, width: Width): void {
  if (returnsTo === undefined) return;
  const { state } = core;
  const stack = Stack.current(core);
  stack.push(width, wide(state.segmentSelector, SEGMENT.CS));
  stack.push(width, instructionPointer(state, returnsTo));
  stack.commit();
}

/** Call gates, task gates and task states. */
function throughGate(core: Context, transfer: FarTransfer, descriptor: Descriptor): boolean {
  const { selector, returnsTo } = transfer;
  const { state } = core;
  const error = selectorError(selector);
  const long = isLong(state);
  const type = systemType(descriptor);
  const isTask = !long && TASKS.has(type);
  if (!isTask && type !== SYSTEM_TYPE.callGate32 && (long || type !== SYSTEM_TYPE.callGate16)) throw new Fault(VECTOR.GP, error);
  if (privilegeOf(descriptor) < Math.max(state.cpl, selector & 3)) throw new Fault(VECTOR.GP, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
  if (isTask) {
    const task = type === SYSTEM_TYPE.taskGate ? parseGate(descriptor.raw).selector : selector;
    const way = returnsTo === undefined ? 'jump' : 'call';
    return switchTask(core, { selector: task, way, returnsTo: returnsTo ?? state.nextPc });
  }
  const upper = long ? readDescriptor(core, selector, VECTOR.GP, { system: true }).base >> 32n : 0n;
  const gate = parseGate(descriptor.raw, upper);
  if (isNull(gate.selector)) throw new Fault(VECTOR.GP);
  const codeError = selectorError(gate.selector);
  const code = readDescriptor(core, gate.selector);
  if (!isCode(code) || privilegeOf(code) > state.cpl) throw new Fault(VECTOR.GP, codeError);
  if (long && !(code.attributes & ATTRIBUTE.L)) throw new Fault(VECTOR.GP, codeError);
  checkCodeSize(state, code, codeError);
  if (!present(code)) throw new Fault(VECTOR.NP, codeError);
  const offset = type === SYSTEM_TYPE.callGate16 ? gate.offset & 0xffffn : gate.offset;
  const width = long ? 8 : type === SYSTEM_TYPE.callGate32 ? 4 : 2;
  const inner = !isConforming(code) && privilegeOf(code) < state.cpl;
  // A jump stays at its level.
  if (returnsTo === undefined && inner) throw new Fault(VECTOR.GP, codeError);
  checkTarget(core, code, offset);
  if (inner && returnsTo !== undefined) callInner(core, { code, gate, returnsTo, width });
  else {
    pushReturn(core, returnsTo, width);
    setCode(core, gate.selector, code, state.cpl);
  }
  setInstructionPointer(state, offset);
  return false;
}

interface InnerCall {
  readonly code: Descriptor;
  readonly gate: Gate;
  readonly returnsTo: bigint;
  readonly width: 2 | 4 | 8;
}
/** A call to an inner privilege level: onto that level's stack, with the gate's count of parameters copied. */
function callInner(core: Context, { code, gate, returnsTo, width }: InnerCall): void {
  const { state } = core;
  const long = isLong(state);
  const level = privilegeOf(code);
  const { selector, pointer } = innerStack(core, level);
  if (!long && isNull(selector)) throw new Fault(VECTOR.TS);
  const descriptor = long ? undefined : stackDescriptor(core, selector, level, VECTOR.TS);
  const stack = new Stack(core, descriptor ? { ...descriptor, is64: false } : { base: 0n, limit: 0, attributes: 0, is64: true }, pointer);
  const old = Stack.current(core);
  const parameters = Array.from({ length: long ? 0 : gate.count }, () => old.pop(width)).reverse();
  const pushed = [
    wide(state.segmentSelector, SEGMENT.SS),
    wide(state.gpr, 4),
    ...parameters,
    wide(state.segmentSelector, SEGMENT.CS),
    instructionPointer(state, returnsTo),
  ];
  atPrivilege(core, level, () => {
    for (const value of pushed) stack.push(width, value);
  });
  setCode(core, gate.selector, code, level);
  if (descriptor) setStackSegment(core, selector, descriptor);
  else clearSegment(state, SEGMENT.SS, level);
  stack.commit();
}

/** RET far. @param more bytes that it releases besides. @throws Fault, or Again, with nothing changed */
export function farReturn(core: Context, width: 2 | 4 | 8, more: number): void {
  const { state } = core;
  const stack = Stack.current(core);
  const pointer = stack.pop(width);
  const selector = Number(stack.pop(width) & 0xffffn);
  if (!isProtected(state) || isVirtual8086(state)) {
    if (pointer > 0xffffn) throw new Fault(VECTOR.GP);
    stack.release(more);
    stack.commit();
    if (isVirtual8086(state)) loadVirtual8086(state, SEGMENT.CS, selector);
    else loadReal(state, SEGMENT.CS, selector);
    return setInstructionPointer(state, pointer);
  }
  const code = returnCode(core, selector);
  const level = selector & 3;
  checkTarget(core, code, pointer);
  stack.release(more);
  if (level === state.cpl) {
    setCode(core, selector, code, level);
    stack.commit();
    return setInstructionPointer(state, pointer);
  }
  const stackPointer = stack.pop(width);
  const stackSelector = Number(stack.pop(width) & 0xffffn);
  const descriptor = returnStack(core, stackSelector, level, code);
  setCode(core, selector, code, level);
  if (descriptor) setStackSegment(core, stackSelector, descriptor);
  else clearSegment(state, SEGMENT.SS, stackSelector);
  const returned = Stack.current(core);
  returned.pointer = stackPointer;
  if (!is64(state)) returned.release(more);
  else returned.pointer = BigInt.asUintN(64, stackPointer + BigInt(more));
  returned.commit();
  setInstructionPointer(state, pointer);
  dropInnerSegments(state);
}
