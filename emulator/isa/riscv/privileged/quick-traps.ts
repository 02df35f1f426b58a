/**
 * Traps that the supervisor takes and its returns, as generated code for the interpreter: what happens at every system call and
 * page fault. The same as trap.ts, which does all that is left to it here.
 */
import { FLOAT_MODE, FLOAT_STATES } from '../../architecture.ts';
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { CAUSE } from '../cause.ts';
import { PRIVILEGE, STATUS } from '../state.ts';
import { interruptsWait } from './compiled-csr.ts';
import { BANK, INEXACT } from './modes.ts';
import { FACTS } from './facts.ts';

/** What follows from privilege, mstatus, fflags and frm: `Core.modeChanged` with `RiscvCore.mode`. */
export function changeMode(r: Routine, parts: CoreParts): void {
  const { state } = parts;
  const privilege = r.let(state.get('privilege'));
  const status = r.let(state.get('mstatus'));
  const has = (bit: bigint) => r.ne(r.and(status, r.i64(bit)), r.i64(0));
  const either = (condition: Expression, yes: number, no: number) => r.select(condition, r.i32(yes), r.i32(no));
  const isMachine = r.let(r.eq(privilege, r.i32(PRIVILEGE.M)));
  const isUser = r.let(r.eq(privilege, r.i32(PRIVILEGE.U)));
  const fetchBank = r.let(r.select(isUser, r.i32(BANK.user), either(isMachine, BANK.machine, BANK.supervisor)));
  const above = r.select(
    isMachine,
    either(has(STATUS.MPRV), BANK.machineMprv, BANK.machine),
    either(has(STATUS.SUM), BANK.supervisorSum, BANK.supervisor),
  );
  const bank = r.let(r.select(isUser, r.i32(BANK.user), above));
  const fast = r.and(r.and(state.get('fflags'), r.i32(INEXACT)), r.eqz(state.get('frm')));
  const isOn = r.eq(r.and(status, r.i64(STATUS.FS)), r.i64(STATUS.FS));
  const float = r.let(r.select(isOn, either(fast, FLOAT_MODE.fast, FLOAT_MODE.exact), r.i32(FLOAT_MODE.off)));
  const key = r.let(r.add(r.mul(bank, r.i32(FLOAT_STATES)), float));
  const mayFence = r.or(isMachine, r.and(r.eqz(isUser), r.eqz(has(STATUS.TVM))));
  parts.enterMode(r, { key, bank, fetchBank, float, facts: r.mul(mayFence, r.i32(FACTS.mayFence)) });
}

/** See Architecture.quickTrap. */
export function writeQuickTrap(r: Routine, parts: CoreParts): void {
  const { state, run } = parts;
  const cause = r.let(r.extendU(run.get('cause')));
  const privilege = r.let(state.get('privilege'));
  const delegated = r.and(r.wrap(r.shrU(state.get('medeleg'), cause)), r.i32(1));
  r.when(r.eqz(r.and(delegated, r.leU(privilege, r.i32(PRIVILEGE.S)))), () => r.return(r.i32(0)));
  const status = r.let(state.get('mstatus'));
  const isEnabled = r.ne(r.and(status, r.i64(STATUS.SIE)), r.i64(0));
  const before = r.or(
    r.select(isEnabled, r.i64(STATUS.SPIE), r.i64(0)),
    r.select(r.eq(privilege, r.i32(PRIVILEGE.S)), r.i64(STATUS.SPP), r.i64(0)),
  );
  state.set(r, 'sepc', state.get('pc'));
  state.set(r, 'scause', cause);
  state.set(r, 'stval', run.get('trapValue'));
  state.set(r, 'mstatus', r.or(r.and(status, r.i64(~(STATUS.SIE | STATUS.SPIE | STATUS.SPP))), before));
  state.set(r, 'privilege', r.i32(PRIVILEGE.S));
  state.set(r, 'pc', r.and(state.get('stvec'), r.i64(~3n)));
  state.set(r, 'reserved', r.i32(0));
  changeMode(r, parts);
  r.return(r.i32(1));
}

/** SRET by the supervisor where mstatus.TSR does not forbid it. */
export function writeQuickReturn(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  const status = r.let(state.get('mstatus'));
  const allowed = r.and(r.eq(state.get('privilege'), r.i32(PRIVILEGE.S)), r.eq(r.and(status, r.i64(STATUS.TSR)), r.i64(0)));
  r.when(r.eqz(allowed), () => r.return(r.i32(0)));
  const toSupervisor = r.ne(r.and(status, r.i64(STATUS.SPP)), r.i64(0));
  const isEnabled = r.ne(r.and(status, r.i64(STATUS.SPIE)), r.i64(0));
  const after = r.or(r.select(isEnabled, r.i64(STATUS.SIE), r.i64(0)), r.i64(STATUS.SPIE));
  // MPRV is cleared by a return to a mode less privileged than M.
  state.set(r, 'mstatus', r.or(r.and(status, r.i64(~(STATUS.SIE | STATUS.SPP | STATUS.MPRV))), after));
  state.set(r, 'privilege', r.select(toSupervisor, r.i32(PRIVILEGE.S), r.i32(PRIVILEGE.U)));
  state.set(r, 'pc', state.get('sepc'));
  state.set(r, 'reserved', r.i32(0));
  changeMode(r, parts);
  // The run loop looks whether it may be taken.
  run.set(r, 'event', r.select(interruptsWait(r, parts), r.i32(events.leave), r.i32(events.refetch)));
  r.return(r.i32(1));
}

/** ECALL by a user; the supervisor's may be for firmware. */
export function writeQuickCall(r: Routine, parts: CoreParts): void {
  r.when(parts.state.get('privilege'), () => r.return(r.i32(0)));
  parts.raise(r, r.i32(CAUSE.ecallU), r.i64(0));
  r.return(r.i32(1));
}
