/** Traps and returns from them (privileged manual, chapters "Machine-Level ISA" and "Supervisor-Level ISA"). */
import { PRIVILEGE, STATUS } from '../state.ts';
import type { CoreEnvironment, CoreState } from './core.ts';

/** Set in mcause and scause for interrupts. */
const INTERRUPT = 1n << 63n;

/** Masks and shifts worked out once: on 64-bit numbers each operation costs as much as a hundred instructions of the guest. */
const BIT = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit));
const CODE = Array.from({ length: 64 }, (_, code) => BigInt(code));
const MPP_OF = [0n, 1n << 11n, 2n << 11n, 3n << 11n];
const BUT_SUPERVISOR_TRAP = ~(STATUS.SIE | STATUS.SPIE | STATUS.SPP);
const BUT_MACHINE_TRAP = ~(STATUS.MIE | STATUS.MPIE | STATUS.MPP);
const BUT_SUPERVISOR_RETURN = ~(STATUS.SIE | STATUS.SPP | STATUS.MPRV);
const BUT_MACHINE_RETURN = ~(STATUS.MIE | STATUS.MPP);
const BUT_MPRV = ~STATUS.MPRV;
const VECTOR_BASE = ~3n;

/** Interrupt numbers in the order in which they are taken ("Machine Interrupt (mip and mie) Registers"). */
const PRIORITY = [11, 3, 7, 9, 1, 5] as const;

/**
 * Enters the handler for a cause.
 * @param interrupt whether `cause` is an interrupt number rather than an exception code
 */
export function takeTrap(core: CoreEnvironment, cause: number, value: bigint, interrupt: boolean): void {
  const { state } = core;
  const delegation = interrupt ? state.mideleg : state.medeleg;
  const { privilege } = state;
  const toSupervisor = privilege <= PRIVILEGE.S && (delegation & (BIT[cause] as bigint)) !== 0n;
  const number = CODE[cause] as bigint;
  const code = interrupt ? number | INTERRUPT : number;
  const status = state.mstatus;
  let vector: bigint;
  if (toSupervisor) {
    state.sepc = state.pc;
    state.scause = code;
    state.stval = value;
    state.mstatus =
      (status & BUT_SUPERVISOR_TRAP) | (status & STATUS.SIE ? STATUS.SPIE : 0n) | (privilege === PRIVILEGE.S ? STATUS.SPP : 0n);
    state.privilege = PRIVILEGE.S;
    vector = state.stvec;
  } else {
    state.mepc = state.pc;
    state.mcause = code;
    state.mtval = value;
    state.mstatus =
      (status & BUT_MACHINE_TRAP) | (status & STATUS.MIE ? STATUS.MPIE : 0n) | (MPP_OF[privilege] as bigint);
    state.privilege = PRIVILEGE.M;
    vector = state.mtvec;
  }
  const base = vector & VECTOR_BASE;
  state.pc = interrupt && vector & 1n ? base + 4n * number : base;
  state.reserved = 0;
  core.modeChanged();
}

/** SRET. @returns false where it is illegal (in U, or in S with mstatus.TSR) */
export function returnFromSupervisor(core: CoreEnvironment): boolean {
  const { state } = core;
  const status = state.mstatus;
  if (state.privilege < PRIVILEGE.S || (state.privilege === PRIVILEGE.S && status & STATUS.TSR)) return false;
  const previous = status & STATUS.SPP ? PRIVILEGE.S : PRIVILEGE.U;
  // MPRV is cleared by a return to a mode less privileged than M.
  state.mstatus = (status & BUT_SUPERVISOR_RETURN) | (status & STATUS.SPIE ? STATUS.SIE : 0n) | STATUS.SPIE;
  state.privilege = previous;
  state.pc = state.sepc;
  resumed(core);
  return true;
}

/** MRET. @returns false where it is illegal (below M) */
export function returnFromMachine(core: CoreEnvironment): boolean {
  const { state } = core;
  if (state.privilege !== PRIVILEGE.M) return false;
  const status = state.mstatus;
  const previous = (Number(status & STATUS.MPP) >> 11) as CoreState['privilege'];
  const kept = previous === PRIVILEGE.M ? status : status & BUT_MPRV;
  state.mstatus = (kept & BUT_MACHINE_RETURN) | (status & STATUS.MPIE ? STATUS.MIE : 0n) | STATUS.MPIE;
  state.privilege = previous;
  state.pc = state.mepc;
  resumed(core);
  return true;
}

function resumed(core: CoreEnvironment): void {
  core.state.reserved = 0;
  core.modeChanged();
  core.interruptsChanged();
}

/** mip as a guest reads it: its own bits, the devices' lines and the supervisor timer (Sstc). */
export function interruptsPending(core: CoreEnvironment): bigint {
  const { state } = core;
  const timer = supervisorTimerEnabled(state) && core.time() >= state.stimecmp ? 1n << 5n : 0n;
  return state.mip | BigInt(core.lines()) | timer;
}

/** menvcfg.STCE: stimecmp drives STIP. */
export const supervisorTimerEnabled = (state: CoreState): boolean => (state.menvcfg >> 63n) === 1n;

/** The interrupt to take now, by number, or -1. */
export function nextInterrupt(core: CoreEnvironment): number {
  const { state } = core;
  const pending = interruptsPending(core) & state.mie;
  if (pending === 0n) return -1;
  const machineEnabled = state.privilege < PRIVILEGE.M || (state.mstatus & STATUS.MIE) !== 0n;
  const supervisorEnabled = state.privilege < PRIVILEGE.S || (state.privilege === PRIVILEGE.S && (state.mstatus & STATUS.SIE) !== 0n);
  const forMachine = machineEnabled ? pending & ~state.mideleg : 0n;
  const forSupervisor = supervisorEnabled ? pending & state.mideleg : 0n;
  for (const candidates of [forMachine, forSupervisor])
    if (candidates !== 0n) for (const number of PRIORITY) if ((candidates >> BigInt(number)) & 1n) return number;
  return -1;
}
