/** The privileged half of a RISC-V core: joins traps, CSRs, protection and system operations over the core's state. */
import type { CodeContext, EngineCore, ExecutionMode, PrivilegedCore, Standing } from '../../architecture.ts';
import { CSR_ASKED, CSR_KINDS, type Operation } from '../cpu.ts';
import { bind } from '../../../snapshot/schema.ts';
import { CAUSE } from '../cause.ts';
import { FLOAT_MODE, FLOAT_STATES } from '../../architecture.ts';
import { coreState, HART, PRIVILEGE, STATUS } from '../state.ts';
import { FACTS } from './facts.ts';
import { BANK, INEXACT } from './modes.ts';
import type { CoreState } from './core.ts';
import { accessCsr } from './csr.ts';
import { protectionActive, protectionAllows } from './protection.ts';
import { mayFence, type SystemCore, systemOperation } from './system.ts';
import { interruptsPending, nextInterrupt, supervisorTimerEnabled, takeTrap } from './trap.ts';

/** Ticks beyond which (28 years) a deadline is none. */
const NEVER = 1n << 53n;

export class RiscvCore implements PrivilegedCore, SystemCore {
  readonly state: CoreState;
  readonly engine: EngineCore;
  constructor(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number) {
    this.engine = engine;
    this.state = bind(coreState, buffer, stateAt);
  }

  mode(): ExecutionMode {
    const { privilege, mstatus, fflags, frm } = this.state;
    const fetchBank = privilege === PRIVILEGE.U ? BANK.user : privilege === PRIVILEGE.M ? BANK.machine : BANK.supervisor;
    const bank =
      fetchBank === BANK.supervisor && mstatus & STATUS.SUM ? BANK.supervisorSum
      : fetchBank === BANK.machine && mstatus & STATUS.MPRV ? BANK.machineMprv
      : fetchBank;
    const float = (mstatus & STATUS.FS) !== STATUS.FS ? FLOAT_MODE.off : fflags & INEXACT && frm === 0 ? FLOAT_MODE.fast : FLOAT_MODE.exact;
    return { key: bank * FLOAT_STATES + float, fetchBank, facts: mayFence(this.state) ? FACTS.mayFence : 0 };
  }
  operation(name: string): void {
    systemOperation(this, name as Operation);
  }
  ask(_name: string, asked: number): boolean {
    const { working } = this.engine;
    const { operand } = working;
    const kind = CSR_KINDS[(asked >> CSR_ASKED.kind) & 3];
    const change = (old: bigint) => (kind === 'write' ? operand : kind === 'set' ? old | operand : old & ~operand);
    const old = accessCsr(this, asked & CSR_ASKED.number, asked >> CSR_ASKED.writes ? change : undefined);
    if (old === undefined) return false;
    working.operand = old;
    return true;
  }
  floatMode(): void {
    const { state } = this;
    if ((state.mstatus & STATUS.FS) === 0n) return this.engine.raise(CAUSE.illegal, 0n);
    state.mstatus |= STATUS.FS;
    this.engine.modeChanged();
  }
  takeTrap(): void {
    const { cause, trapValue } = this.engine.working;
    takeTrap(this, cause, trapValue, false);
  }
  protectionAllows(access: number, privilege: number): boolean {
    return protectionAllows(this.state, this.engine.working.physical, access, privilege);
  }
  standing(): Standing {
    const { hartState, waiting } = this.state;
    if (hartState === HART.stopped) return 'off';
    return waiting !== 0 || hartState === HART.suspended ? 'waiting' : 'executing';
  }
  woken(): void {
    const { state } = this;
    state.waiting = 0;
    if (state.hartState === HART.suspended) state.hartState = HART.started;
  }
  takeInterrupt(): boolean {
    const number = nextInterrupt(this);
    if (number < 0) return false;
    this.woken();
    takeTrap(this, number, 0n, true);
    return true;
  }
  interruptWaiting(): boolean {
    return (interruptsPending(this) & this.state.mie) !== 0n;
  }
  deadline(): number {
    const { stimecmp } = this.state;
    return supervisorTimerEnabled(this.state) && stimecmp < NEVER ? Number(stimecmp) : Infinity;
  }
  codeContext(): CodeContext {
    return { translation: this.state.satp, privilege: this.state.privilege };
  }

  get hartId(): number {
    return this.engine.core;
  }
  time(): bigint {
    return this.engine.time();
  }
  retired(): bigint {
    return this.engine.retired();
  }
  lines(): number {
    return this.engine.lines();
  }
  modeChanged(): void {
    this.engine.modeChanged();
  }
  flush(...what: Parameters<EngineCore['flush']>): void {
    this.engine.flush(...what);
  }
  protectionChanged(): void {
    this.engine.working.protection = protectionActive(this.state) ? 1 : 0;
    this.engine.flush({ keepGlobal: false });
  }
  restored(): void {
    this.protectionChanged();
  }
  interruptsChanged(): void {
    if (nextInterrupt(this) >= 0) this.engine.interruptDue();
  }
  timerChanged(): void {
    this.engine.nudge(); // the run loop works out how long it may run
    this.interruptsChanged();
  }
}
