/** Hardware task switches (SDM, volume 3A, chapter 7). */
import type { Width } from '../../cpu.ts';
import { ATTRIBUTE, CR0, FLAG, SEGMENT } from '../state.ts';
import { at, atPrivilege, type Context, instructionPointer, isLong, rflagsOf, setInstructionPointer, setRflags, wide } from './context.ts';
import { changeAddressSpace } from './control-registers.ts';
import { type Descriptor, isCode, isConforming, present, privilegeOf, SYSTEM_TYPE, systemType } from './descriptor.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';
import {
  clearSegment,
  isNull,
  loadLocalTable,
  loadVirtual8086,
  markDescriptor,
  readDescriptor,
  setCode,
  setSegment,
  setStackSegment,
  stackDescriptor,
  loadDataSegment,
} from './segments.ts';
import { Stack } from './stack.ts';

/** How the other task was come to. */
export type Way = 'jump' | 'call' | 'interrupt' | 'return';
export interface TaskSwitch {
  readonly selector: number;
  readonly way: Way;
  /** Where the task that is left goes on (linear). */
  readonly returnsTo: bigint;
  /** Of an exception, pushed on the new task's stack. */
  readonly errorCode?: number;
  /** What error codes have set where something outside the program brought the switch about. */
  readonly external?: number;
}

/** Where a task-state segment has its fields: the 32-bit and the 16-bit one. */
interface TaskLayout {
  readonly width: 2 | 4;
  readonly least: number;
  readonly pointer: number;
  readonly flags: number;
  readonly registers: number;
  readonly segments: number;
  readonly segmentStep: 2 | 4;
  readonly segmentCount: 4 | 6;
  readonly localTable: number;
}
const LAYOUT_32: TaskLayout = {
  width: 4,
  least: 0x67,
  pointer: 0x20,
  flags: 0x24,
  registers: 0x28,
  segments: 0x48,
  segmentStep: 4,
  segmentCount: 6,
  localTable: 0x60,
};
const LAYOUT_16: TaskLayout = {
  width: 2,
  least: 0x2b,
  pointer: 0x0e,
  flags: 0x10,
  registers: 0x12,
  segments: 0x22,
  segmentStep: 2,
  segmentCount: 4,
  localTable: 0x2a,
};
const CR3_AT = 0x1c;
const TRAP_AT = 0x64;
/** Bits of a type: of 32 bits, and busy. */
const [IS_32, BUSY] = [8, 2];
const layoutOf = (attributes: number): TaskLayout => (attributes & IS_32 ? LAYOUT_32 : LAYOUT_16);

/** The descriptor of a task that may be switched to. @throws Fault */
function taskDescriptor(core: Context, { selector, way, external = 0 }: TaskSwitch): Descriptor {
  const error = selectorError(selector) | external;
  const vector = way === 'return' ? VECTOR.TS : VECTOR.GP;
  if (isNull(selector) || selector & 4) throw new Fault(vector, error);
  const descriptor = readDescriptor(core, selector, vector, { external });
  const type = systemType(descriptor);
  const wanted = way === 'return' ? [SYSTEM_TYPE.busyTss16, SYSTEM_TYPE.busyTss32] : [SYSTEM_TYPE.tss16, SYSTEM_TYPE.tss32];
  if (descriptor.attributes & ATTRIBUTE.S || !(wanted as readonly number[]).includes(type)) throw new Fault(vector, error);
  if (!present(descriptor)) throw new Fault(VECTOR.NP, error);
  if (descriptor.limit < layoutOf(descriptor.attributes).least) throw new Fault(VECTOR.TS, error);
  return descriptor;
}

/** What a task is to begin with, as its task state says. */
interface TaskState {
  readonly cr3: bigint | undefined;
  readonly pointer: bigint;
  readonly flags: number;
  readonly registers: readonly bigint[];
  readonly selectors: readonly number[];
  readonly localTable: number;
  /** A debug exception before its first instruction. */
  readonly traps: boolean;
}
function readTask(core: Context, { base, attributes }: Descriptor): TaskState {
  const layout = layoutOf(attributes);
  const read = (offset: number, width: Width) => core.memory.read(base + BigInt(offset), width);
  const { width, segmentStep } = layout;
  return {
    cr3: width === 4 ? read(CR3_AT, 4) : undefined,
    pointer: read(layout.pointer, width),
    flags: Number(read(layout.flags, width)) | 0,
    registers: Array.from({ length: 8 }, (_, index) => read(layout.registers + width * index, width)),
    selectors: Array.from({ length: layout.segmentCount }, (_, index) => Number(read(layout.segments + segmentStep * index, 2))),
    localTable: Number(read(layout.localTable, 2)),
    traps: width === 4 && (read(TRAP_AT, 2) & 1n) !== 0n,
  };
}
function writeTask(core: Context, returnsTo: bigint, flags: number): void {
  const { state, memory } = core;
  const base = wide(state.segmentBase, SEGMENT.TR);
  const {
    width,
    pointer,
    flags: flagsAt,
    registers,
    segments,
    segmentStep,
    segmentCount,
  } = layoutOf(at(state.segmentAttributes, SEGMENT.TR));
  const mask = width === 4 ? 0xffff_ffffn : 0xffffn;
  const put = (offset: number, bytes: Width, value: bigint) => memory.write(base + BigInt(offset), bytes, value & mask);
  put(pointer, width, instructionPointer(state, returnsTo));
  put(flagsAt, width, BigInt(flags >>> 0));
  for (let index = 0; index < 8; index++) put(registers + width * index, width, wide(state.gpr, index));
  for (let index = 0; index < segmentCount; index++) put(segments + segmentStep * index, 2, wide(state.segmentSelector, index));
}

/** @returns whether the new task's debug trap is due. @throws Fault, of the new task where `TaskSwitch` has been done */
export function switchTask(core: Context, what: TaskSwitch): boolean {
  const { state } = core;
  if (isLong(state)) throw new Fault(VECTOR.GP, selectorError(what.selector));
  const { selector, way, returnsTo, errorCode } = what;
  const descriptor = taskDescriptor(core, what);
  const old = Number(wide(state.segmentSelector, SEGMENT.TR));
  const nested = way === 'call' || way === 'interrupt';
  const task = atPrivilege(core, 0, () => {
    const found = readTask(core, descriptor);
    const flags = rflagsOf(state);
    writeTask(core, returnsTo, way === 'return' ? flags & ~FLAG.NT : flags);
    if (nested) core.memory.write(descriptor.base, 2, BigInt(old));
    return found;
  });
  if (!nested) markBusy(core, old, false);
  if (way !== 'return') markBusy(core, selector, true);
  setSegment(state, SEGMENT.TR, selector, { ...descriptor, attributes: descriptor.attributes | BUSY });
  state.cr0 |= CR0.TS;
  begin(core, task, layoutOf(descriptor.attributes).width, nested);
  if (errorCode !== undefined) {
    const stack = Stack.current(core);
    stack.push(layoutOf(descriptor.attributes).width, BigInt(errorCode));
    stack.commit();
  }
  return task.traps;
}
function markBusy(core: Context, selector: number, busy: boolean): void {
  const descriptor = readDescriptor(core, selector);
  markDescriptor(core, selector, descriptor, busy ? descriptor.attributes | BUSY : descriptor.attributes & ~BUSY);
}

/** Loads what the task state holds. From here on exceptions are the new task's. */
function begin(core: Context, task: TaskState, width: 2 | 4, nested: boolean): void {
  const { state } = core;
  if (task.cr3 !== undefined && state.cr0 & CR0.PG) changeAddressSpace(core, task.cr3);
  task.registers.forEach((value, index) => {
    state.gpr[index] = width === 4 ? value : 0xffff_0000n | value;
  });
  setRflags(state, (task.flags & 0x3f_7fd7) | (nested ? FLAG.NT : 0));
  state.dr7 &= ~LOCAL_BREAKPOINTS;
  const [es = 0, cs = 0, ss = 0, ds = 0, fs = 0, gs = 0] = task.selectors;
  // Selectors first: whoever handles an exception of what follows finds them, without what they stand for.
  [es, cs, ss, ds, fs, gs].forEach((selector, segment) => {
    state.segmentSelector[segment] = BigInt(selector);
    if (segment !== SEGMENT.CS) state.segmentAttributes[segment] = ATTRIBUTE.unusable;
  });
  state.segmentBase[SEGMENT.CS] = 0n;
  setInstructionPointer(state, task.pointer);
  clearSegment(state, SEGMENT.LDTR, task.localTable);
  asTaskFault(() => loadLocalTable(core, task.localTable));
  if (state.rflags & FLAG.VM) {
    [es, cs, ss, ds, fs, gs].forEach((selector, segment) => loadVirtual8086(state, segment, selector));
    state.cpl = 3;
  } else {
    state.cpl = cs & 3;
    const code = codeOf(core, cs);
    const stack = asTaskFault(() => stackDescriptor(core, ss, state.cpl, VECTOR.TS));
    setCode(core, cs, code, state.cpl);
    setStackSegment(core, ss, stack);
    const others = [
      [SEGMENT.ES, es],
      [SEGMENT.DS, ds],
      [SEGMENT.FS, fs],
      [SEGMENT.GS, gs],
    ] as const;
    for (const [segment, selector] of others) asTaskFault(() => loadDataSegment(core, segment, selector));
  }
  setInstructionPointer(state, task.pointer);
  if (task.pointer > wide(state.segmentLimit, SEGMENT.CS)) throw new Fault(VECTOR.GP);
}
/** L0 to L3 and LE: breakpoints of the task that is left. */
const LOCAL_BREAKPOINTS = 0x155;

function codeOf(core: Context, selector: number): Descriptor {
  const error = selectorError(selector);
  if (isNull(selector)) throw new Fault(VECTOR.TS, error);
  const code = readDescriptor(core, selector, VECTOR.TS);
  const fits = isConforming(code) ? privilegeOf(code) <= (selector & 3) : privilegeOf(code) === (selector & 3);
  if (!isCode(code) || !fits) throw new Fault(VECTOR.TS, error);
  if (!present(code)) throw new Fault(VECTOR.NP, error);
  return code;
}
/** What loading a selector refuses with #GP is #TS where a task state holds it. */
function asTaskFault<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (error instanceof Fault && error.vector === VECTOR.GP) throw new Fault(VECTOR.TS, error.errorCode);
    throw error;
  }
}
