/** The operations that rows name, done in TypeScript: all are rare beside loads and branches. */
import { FLAG, GPR, SEGMENT, SHADOW } from '../state.ts';
import { DR6, isArmed } from './breakpoints.ts';
import { type Context, ioPrivilege, is64, isProtected, isVirtual8086, mayBeHeld, setRflags, wide } from './context.ts';
import { clearTaskSwitched, forSupervisor, invalidateContexts, loadMachineStatus, writeControl, writeDebug } from './control-registers.ts';
import { cpuid } from './cpuid.ts';
import { deliver } from './deliver.ts';
import {
  readExtendedControl,
  refuseSse,
  refuseVectors,
  restoreExtended,
  saveExtended,
  type SaveForm,
  writeExtendedControl,
} from './extended-state.ts';
import { farReturn, farTransfer } from './far.ts';
import { Fault, VECTOR } from './fault.ts';
import { floatException, loadMxcsr, restoreFloat, saveFloat } from './float-save.ts';
import { interruptReturn, POPF_CHANGES, restoreFlags } from './interrupt-return.ts';
import type { LocalApic } from './local-apic.ts';
import { readModelRegister, writeModelRegister } from './model-registers.ts';
import { accessRights, limitOf, verifyRead, verifyWrite } from './segment-questions.ts';
import { loadDataSegment, loadLocalTable, loadTaskRegister } from './segments.ts';
import { Stack } from './stack.ts';
import { swapGs, systemCall, systemEnter, systemExit, systemReturn } from './system-calls.ts';

import { x87 } from './x87.ts';
import { waitForUnit } from './x87-control.ts';

/** What operations work with. */
export interface SystemCore extends Context {
  readonly apic: LocalApic;
  readonly cores: number;
  /** The instruction has loaded RF for the next one. */
  resumes: boolean;
  /** Holds interrupts off until the instruction behind this one is done. @param shadow see SHADOW */
  holdInterrupts(shadow: number): void;
}

type Do = (core: SystemCore) => void;
const low32 = (value: bigint): number => Number(value & 0xffff_ffffn);
const bytesOf = ({ state }: Context) => (state.operandSize >> 3) as 2 | 4 | 8;

/** Goes on behind the instruction. @param leave for the run loop */
function next({ state, engine }: Context, leave = false): void {
  state.pc = state.nextPc;
  engine.redirected(leave || steps(state));
}
/** With TF and breakpoints the run loop has instructions executed one by one; it takes the trap that is due, too. */
const steps = (state: Context['state']) => (state.rflags & FLAG.TF) !== 0 || isArmed(state) || state.debugPending !== 0;
/** The operation is done, and the program goes on behind it. */
const then =
  (body: Do): Do =>
  (core) => {
    body(core);
    next(core);
  };
/** The operation has said where the program goes on, perhaps in another mode. */
const goes =
  (body: Do): Do =>
  (core) => {
    body(core);
    // RF that IRET loads holds for the next instruction; only who looks for breakpoints has to know.
    if (!core.resumes) core.state.rflags &= ~FLAG.RF;
    core.engine.modeChanged();
    core.engine.redirected(steps(core.state));
  };
const setLow = ({ state }: Context, register: number, value: bigint) => {
  state.gpr[register] = value & 0xffff_ffffn;
};
/** Writes a register of the operand size: narrower ones leave the rest, 32 bits clear the upper half. */
function setRegister({ state }: Context, register: number, value: bigint): void {
  state.gpr[register] =
    state.operandSize === 16 ? (wide(state.gpr, register) & ~0xffffn) | (value & 0xffffn) : BigInt.asUintN(state.operandSize, value);
}

function loadSegment(core: SystemCore, segment: number, selector: number): void {
  if (segment === SEGMENT.CS || segment > SEGMENT.GS) throw new Fault(VECTOR.UD);
  loadDataSegment(core, segment, selector);
  if (segment === SEGMENT.SS) core.holdInterrupts(SHADOW.movSs);
  core.engine.modeChanged();
}

/** LDS and the like: operand: the offset; operand2: selector, segment register from bit 16, general register from bit 20. */
const loadFarPointer: Do = (core) => {
  const { operand, operand2 } = core.engine.working;
  loadSegment(core, Number((operand2 >> 16n) & 7n), Number(operand2 & 0xffffn));
  setRegister(core, Number((operand2 >> 20n) & 15n), operand);
};

const softwareInterrupt: Do = (core) => {
  const { state, engine } = core;
  noteTask(core, deliver(core, { vector: low32(engine.working.operand) & 0xff, software: true, returnsTo: state.nextPc, restarts: false }));
};

/** A task whose trap bit is set begins with a debug exception. */
function noteTask({ state }: Context, traps: boolean): void {
  if (traps) state.debugPending |= DR6.BT;
}
/** INT1: a debug trap that no gate's privilege refuses. */
const debugInterrupt: Do = (core) => {
  noteTask(core, deliver(core, { vector: VECTOR.DB, software: false, returnsTo: core.state.nextPc, restarts: false }));
};
/** STI and CLI in virtual-8086 mode and for programs need IOPL. */
const forInterruptFlag = ({ state }: Context) => {
  if (isProtected(state) && (isVirtual8086(state) ? ioPrivilege(state) < 3 : state.cpl > ioPrivilege(state))) throw new Fault(VECTOR.GP);
};
const setInterruptFlag: Do = (core) => {
  forInterruptFlag(core);
  const { state } = core;
  if (state.rflags & FLAG.IF) return;
  state.rflags |= FLAG.IF;
  core.holdInterrupts(SHADOW.sti);
  core.interruptsChanged();
};
const popFlags: Do = (core) => {
  const { state } = core;
  const virtual = isVirtual8086(state);
  if (virtual && ioPrivilege(state) < 3) throw new Fault(VECTOR.GP);
  const stack = Stack.current(core);
  const value = low32(stack.pop(bytesOf(core))) | 0;
  stack.commit();
  const before = state.rflags;
  restoreFlags(core, value, bytesOf(core), isProtected(state) ? state.cpl : 0, POPF_CHANGES);
  state.rflags &= ~FLAG.RF;
  if ((before ^ state.rflags) & FLAG.AC) core.engine.modeChanged();
  core.interruptsChanged();
};

/** GDTR and IDTR, operand: base, operand2: limit. */
const loadTable =
  (table: 'gdt' | 'idt'): Do =>
  (core) => {
    forSupervisor(core);
    const { state, engine } = core;
    const { operand, operand2 } = engine.working;
    state[`${table}Base`] = is64(state) ? operand : operand & (state.operandSize === 16 ? 0xff_ffffn : 0xffff_ffffn);
    state[`${table}Limit`] = Number(operand2 & 0xffffn);
  };
const selectorOf = ({ engine }: Context) => Number(engine.working.operand & 0xffffn);
/** Only protected mode has local tables, task states and questions about them. */
const forTables = (core: Context) => {
  if (!isProtected(core.state) || isVirtual8086(core.state)) throw new Fault(VECTOR.UD);
};
/** LAR and LSL; operand2: the register that gets the answer. */
const question =
  (answer: (core: Context, selector: number) => bigint | undefined): Do =>
  (core) => {
    const found = answer(core, selectorOf(core));
    if (found !== undefined) setRegister(core, Number(core.engine.working.operand2), found);
  };

const answerCpuid: Do = (core) => {
  const { gpr, apicId } = core.state;
  const answer = cpuid(core, low32(wide(gpr, GPR.RAX)), low32(wide(gpr, GPR.RCX)), { apicId, cores: core.cores });
  [GPR.RAX, GPR.RBX, GPR.RCX, GPR.RDX].forEach((register, index) => setLow(core, register, BigInt(answer[index] ?? 0)));
};
const readModel: Do = (core) => {
  forSupervisor(core);
  const value = readModelRegister(core, core.apic, low32(wide(core.state.gpr, GPR.RCX)));
  setLow(core, GPR.RAX, value);
  setLow(core, GPR.RDX, value >> 32n);
};
/** EDX:EAX. */
const pairOf = ({ state: { gpr } }: Context) => ((wide(gpr, GPR.RDX) & 0xffff_ffffn) << 32n) | (wide(gpr, GPR.RAX) & 0xffff_ffffn);
const writeModel: Do = (core) => {
  forSupervisor(core);
  writeModelRegister(core, core.apic, low32(wide(core.state.gpr, GPR.RCX)), pairOf(core));
};
/** Operand: the address; operand2: 1 for pointers of 64 bits. */
const save =
  (form: SaveForm): Do =>
  (core) =>
    saveExtended(core, core.engine.working.operand, pairOf(core), form, core.engine.working.operand2 === 1n);

/** RDRAND and RDSEED; operand: the register. CF says that there was a value, the other flags are clear. */
const random: Do = (core) => {
  setRegister(core, Number(core.engine.working.operand), core.engine.random());
  setRflags(core.state, core.state.rflags | FLAG.CF);
};

/** RDFSBASE and the like are enabled by CR4.FSGSBASE, in 64-bit mode. */
const writeSegmentBase: Do = ({ state, engine }) => {
  const { operand, operand2 } = engine.working;
  const value = state.operandSize === 64 ? operand : operand & 0xffff_ffffn;
  if (!mayBeHeld(value)) throw new Fault(VECTOR.GP);
  state.segmentBase[Number(operand2)] = value;
};

const halt: Do = (core) => {
  forSupervisor(core);
  core.state.activity = 1;
  next(core, true);
};

export const operations = {
  /** Operand: the vector. */
  raise: ({ engine }: SystemCore) => {
    throw new Fault(low32(engine.working.operand));
  },
  /** AVX where it is not enabled, or not at present. */
  refuseVectors,
  refuseSse,
  floatException,
  /** Operand: the segment that does not let an access pass. */
  segmentFault: ({ engine }: SystemCore) => {
    throw new Fault(engine.working.operand === BigInt(SEGMENT.SS) ? VECTOR.SS : VECTOR.GP);
  },
  softwareInterrupt: goes(softwareInterrupt),
  debugInterrupt: goes(debugInterrupt),
  interruptReturn: goes((core) => {
    noteTask(core, interruptReturn(core, bytesOf(core)));
    core.resumes = isArmed(core.state) && (core.state.rflags & FLAG.RF) !== 0;
    core.state.nmiBlocked = 0;
    core.engine.settle();
    core.interruptsChanged();
  }),
  /** Operand: the offset; operand2: the selector. */
  farJump: goes((core) => {
    const { operand, operand2 } = core.engine.working;
    noteTask(core, farTransfer(core, { selector: Number(operand2 & 0xffffn), offset: operand, width: bytesOf(core) }));
    core.engine.settle();
  }),
  farCall: goes((core) => {
    const { operand, operand2 } = core.engine.working;
    noteTask(
      core,
      farTransfer(core, { selector: Number(operand2 & 0xffffn), offset: operand, width: bytesOf(core), returnsTo: core.state.nextPc }),
    );
  }),
  /** Operand: bytes to release. */
  farReturn: goes((core) => farReturn(core, bytesOf(core), low32(core.engine.working.operand))),
  systemCall: goes(systemCall),
  systemReturn: goes((core) => {
    systemReturn(core, core.state.operandSize === 64);
    core.interruptsChanged();
  }),
  systemEnter: goes(systemEnter),
  systemExit: goes((core) => systemExit(core, core.state.operandSize === 64)),
  swapGs: then(swapGs),

  /** Operand: the selector; operand2: the segment register. */
  loadSegment: then((core) => loadSegment(core, Number(core.engine.working.operand2), selectorOf(core))),
  /** Operand: the segment register. */
  popSegment: then((core) => {
    const stack = Stack.current(core);
    const selector = Number(stack.pop(bytesOf(core)) & 0xffffn);
    loadSegment(core, Number(core.engine.working.operand), selector);
    stack.commit();
  }),
  loadFarPointer: then(loadFarPointer),
  loadGdt: then(loadTable('gdt')),
  loadIdt: then(loadTable('idt')),
  loadLdt: then((core) => {
    forTables(core);
    forSupervisor(core);
    loadLocalTable(core, selectorOf(core));
  }),
  loadTask: then((core) => {
    forTables(core);
    forSupervisor(core);
    loadTaskRegister(core, selectorOf(core));
  }),
  accessRights: then(question(accessRights)),
  segmentLimit: then(question(limitOf)),
  verifyRead: then((core) => verifyRead(core, selectorOf(core))),
  verifyWrite: then((core) => verifyWrite(core, selectorOf(core))),
  writeSegmentBase: then(writeSegmentBase),

  /** Operand: the value; operand2: the number. */
  writeControl: then((core) => writeControl(core, Number(core.engine.working.operand2), core.engine.working.operand)),
  writeDebug: then((core) => writeDebug(core, Number(core.engine.working.operand2), core.engine.working.operand)),
  loadMachineStatus: then((core) => loadMachineStatus(core, core.engine.working.operand)),
  clearTaskSwitched: then(clearTaskSwitched),
  /** Operand: the address. */
  invalidatePage: then((core) => {
    forSupervisor(core);
    core.engine.flush({ address: core.engine.working.operand, keepGlobal: false });
  }),
  /** Operand: the type; operand2: where the descriptor is. */
  invalidateContexts: then((core) => invalidateContexts(core, core.engine.working.operand, core.engine.working.operand2)),
  /** WBINVD and INVD: caches are coherent here. */
  writeBack: then(forSupervisor),
  serialize: then((core) => core.engine.settle()),
  cpuid: then((core) => {
    answerCpuid(core);
    core.engine.settle();
  }),
  readModel: then(readModel),
  writeModel: then((core) => {
    writeModel(core);
    core.interruptsChanged();
  }),
  random: then(random),

  halt,
  setInterruptFlag: then(setInterruptFlag),
  clearInterruptFlag: then((core) => {
    forInterruptFlag(core);
    core.state.rflags &= ~FLAG.IF;
  }),
  popFlags: then(popFlags),

  /** Operand: the address; operand2: 1 for pointers of 64 bits. */
  saveFloat: then((core) => saveFloat(core, core.engine.working.operand, core.engine.working.operand2 === 1n)),
  loadMxcsr: then((core) => {
    loadMxcsr(core, low32(core.engine.working.operand));
    core.engine.modeChanged();
  }),
  restoreFloat: then((core) => {
    restoreFloat(core, core.engine.working.operand, core.engine.working.operand2 === 1n);
    core.engine.modeChanged();
  }),
  /** Operand: the address; operand2 as above. */
  saveExtended: then(save('whole')),
  saveOptimized: then(save('optimized')),
  saveCompacted: then(save('compacted')),
  restoreExtended: then((core) => restoreExtended(core, core.engine.working.operand, pairOf(core), core.engine.working.operand2 === 1n)),
  readExtendedControl: then((core) => {
    const value = readExtendedControl(core, low32(wide(core.state.gpr, GPR.RCX)));
    setLow(core, GPR.RAX, value);
    setLow(core, GPR.RDX, value >> 32n);
  }),
  writeExtendedControl: then((core) => writeExtendedControl(core, low32(wide(core.state.gpr, GPR.RCX)), pairOf(core))),
  /** Operand: the address of memory, or a register; operand2: see X87_CODE. */
  x87: then((core) => x87(core, core.engine.working.operand, low32(core.engine.working.operand2))),
  x87Wait: then(waitForUnit),
} satisfies Record<string, Do>;

export type Operation = keyof typeof operations;
export const OPERATIONS = Object.keys(operations) as Operation[];
