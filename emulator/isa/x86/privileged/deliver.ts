/** Entering the handler of an interrupt or exception in IA-32e mode and in protected mode (SDM, volume 3A, sections 6.12 and 6.14). */
import type { Width } from '../../cpu.ts';
import { ATTRIBUTE, FLAG, SEGMENT } from '../state.ts';
import {
  atPrivilege,
  type Context,
  instructionPointer,
  isCanonical,
  isLong,
  isProtected,
  isVirtual8086,
  rflagsOf,
  setInstructionPointer,
  wide,
} from './context.ts';
import { type Descriptor, type Gate, isCode, isConforming, parseGate, present, privilegeOf, SYSTEM_TYPE } from './descriptor.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';
import { deliverReal } from './deliver-real.ts';
import { checkCodeSize, clearSegment, isNull, readDescriptor, setCode, setSegment, setStackSegment, stackDescriptor } from './segments.ts';
import { Stack } from './stack.ts';
import { innerStack, interruptStack } from './task-state.ts';
import { switchTask } from './task-switch.ts';

/** What is to be handled. */
export interface Interruption {
  readonly vector: number;
  /** Absent: none is pushed. */
  readonly errorCode?: number;
  /** INT n, INT3 and INTO may be refused by their gate's privilege; all else comes from outside the program. */
  readonly software: boolean;
  /** Where the handler returns to. */
  readonly returnsTo: bigint;
  /** The saved RF is set: an instruction that faulted will be done again. */
  readonly restarts: boolean;
}

const GATE_BYTES = { long: 16, short: 8 } as const;
/** What error codes of selectors in the IDT have set. */
const IN_IDT = 2;

/** @returns whether a debug trap of the task that it has switched to is due. @throws Fault, or Again, with nothing changed but what was pushed below the stack pointers */
export function deliver(core: Context, what: Interruption): boolean {
  const { state } = core;
  if (!isProtected(state)) return (deliverReal(core, what), false);
  const external = what.software ? 0 : 1;
  if (isVirtual8086(state) && what.software && (state.rflags & FLAG.IOPL) >> 12 < 3) throw new Fault(VECTOR.GP);
  const gate = readGate(core, what, external);
  if (gate.type === SYSTEM_TYPE.taskGate) {
    const { returnsTo, errorCode } = what;
    const code = errorCode === undefined ? {} : { errorCode };
    return switchTask(core, { selector: gate.selector, way: 'interrupt', returnsTo, external, ...code });
  }
  if (isNull(gate.selector)) throw new Fault(VECTOR.GP, external);
  const error = selectorError(gate.selector) | external;
  const code = readDescriptor(core, gate.selector, VECTOR.GP, { external });
  if (!isCode(code) || privilegeOf(code) > state.cpl) throw new Fault(VECTOR.GP, error);
  if (!present(code)) throw new Fault(VECTOR.NP, error);
  checkCodeSize(state, code, error);
  if (isLong(state) && !(code.attributes & ATTRIBUTE.L)) throw new Fault(VECTOR.GP, error);
  const level = isConforming(code) ? state.cpl : privilegeOf(code);
  if (isVirtual8086(state) && level !== 0) throw new Fault(VECTOR.GP, error);
  if (isLong(state)) enterLong(core, what, gate, code, level);
  else enterProtected(core, what, gate, code, level);
  return false;
}

function readGate(core: Context, { vector, software }: Interruption, external: number): Gate {
  const { state } = core;
  const long = isLong(state);
  const bytes = long ? GATE_BYTES.long : GATE_BYTES.short;
  const error = (vector << 3) | IN_IDT | external;
  if (vector * bytes + bytes - 1 > state.idtLimit) throw new Fault(VECTOR.GP, error);
  const address = state.idtBase + BigInt(vector * bytes);
  const gate = atPrivilege(core, 0, () => parseGate(core.memory.read(address, 8), long ? core.memory.read(address + 8n, 8) : 0n));
  const wide32 = gate.type === SYSTEM_TYPE.interruptGate32 || gate.type === SYSTEM_TYPE.trapGate32;
  const narrow = gate.type === SYSTEM_TYPE.interruptGate16 || gate.type === SYSTEM_TYPE.trapGate16;
  const task = gate.type === SYSTEM_TYPE.taskGate;
  if (!wide32 && (long || !(narrow || task))) throw new Fault(VECTOR.GP, error);
  if (software && gate.privilege < state.cpl) throw new Fault(VECTOR.GP, error);
  if (!gate.present) throw new Fault(VECTOR.NP, error);
  return narrow ? { ...gate, offset: gate.offset & 0xffffn } : gate;
}
const isInterruptGate = ({ type }: Gate) => type === SYSTEM_TYPE.interruptGate32 || type === SYSTEM_TYPE.interruptGate16;

/** RFLAGS as the handler begins, and as it finds them saved. */
const handlerFlags = (flags: number, gate: Gate) =>
  flags & ~(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM | (isInterruptGate(gate) ? FLAG.IF : 0));
const savedFlags = (flags: number, { restarts }: Interruption) => (restarts ? flags | FLAG.RF : flags);

function enterLong(core: Context, what: Interruption, gate: Gate, code: Descriptor, level: number): void {
  const { state } = core;
  const inner = level < state.cpl;
  // Bits 0 to 2 of the fifth byte, which in call gates is a count.
  const number = gate.count & 7;
  const top = number !== 0 ? interruptStack(core, number) : inner ? innerStack(core, level).pointer : wide(state.gpr, 4);
  if (!isCanonical(state, top)) throw new Fault(VECTOR.SS, what.software ? 0 : 1);
  const stack = new Stack(core, { base: 0n, limit: 0, attributes: 0, is64: true }, top & ~15n);
  const flags = rflagsOf(state);
  const pushed = [
    wide(state.segmentSelector, SEGMENT.SS),
    wide(state.gpr, 4),
    BigInt(savedFlags(flags, what)),
    wide(state.segmentSelector, SEGMENT.CS),
    instructionPointer(state, what.returnsTo),
  ];
  atPrivilege(core, level, () => {
    for (const value of pushed) stack.push(8, value);
    if (what.errorCode !== undefined) stack.push(8, BigInt(what.errorCode));
  });
  setCode(core, gate.selector, code, level);
  if (inner) clearSegment(state, SEGMENT.SS, level);
  stack.commit();
  setInstructionPointer(state, gate.offset);
  state.rflags = handlerFlags(state.rflags, gate);
}

function enterProtected(core: Context, what: Interruption, gate: Gate, code: Descriptor, level: number): void {
  const { state } = core;
  const width: Width = gate.type === SYSTEM_TYPE.interruptGate32 || gate.type === SYSTEM_TYPE.trapGate32 ? 4 : 2;
  const virtual = isVirtual8086(state);
  const inner = level < state.cpl;
  const flags = rflagsOf(state);
  const selector = (segment: number) => wide(state.segmentSelector, segment);
  const pushed: bigint[] = [];
  let stack = Stack.current(core);
  let segment: { readonly selector: number; readonly descriptor: Descriptor } | undefined;
  if (inner) {
    const { selector: stackSelector, pointer } = innerStack(core, level);
    if (isNull(stackSelector)) throw new Fault(VECTOR.TS, what.software ? 0 : 1);
    const descriptor = stackDescriptor(core, stackSelector, level, VECTOR.TS);
    segment = { selector: stackSelector, descriptor };
    stack = new Stack(core, { ...descriptor, is64: false }, pointer);
    if (virtual) pushed.push(...[SEGMENT.GS, SEGMENT.FS, SEGMENT.DS, SEGMENT.ES].map(selector));
    pushed.push(selector(SEGMENT.SS), wide(state.gpr, 4));
  }
  pushed.push(BigInt(savedFlags(flags, what)), selector(SEGMENT.CS), instructionPointer(state, what.returnsTo));
  if (what.errorCode !== undefined) pushed.push(BigInt(what.errorCode));
  atPrivilege(core, level, () => {
    for (const value of pushed) stack.push(width, value);
  });
  setCode(core, gate.selector, code, level);
  if (segment) setStackSegment(core, segment.selector, segment.descriptor);
  stack.commit();
  if (virtual)
    for (const each of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS])
      setSegment(state, each, 0, { base: 0n, limit: 0, attributes: ATTRIBUTE.unusable });
  setInstructionPointer(state, gate.offset);
  state.rflags = handlerFlags(state.rflags, gate);
}
