/** The privileged half of an x86-64 core: joins exceptions, interrupts and system operations over the core's state. */
import { bind } from '../../../snapshot/schema.ts';
import type { CodeContext, EngineCore, ExecutionMode, PrivilegedCore, Standing } from '../../architecture.ts';
import { ACTIVITY, coreState, EVENT_BIT, FLAG, LINE, SEGMENT, SHADOW } from '../state.ts';
import { at, type CoreState, wide } from './context.ts';
import { atData, atInstruction, DR6, isArmed } from './breakpoints.ts';
import type { Interruption } from './deliver.ts';
import { raise, type Shutdown } from './exceptions.ts';
import { Again, causeOf, errorCodeOf, Fault, hasErrorCode, VECTOR, vectorOf } from './fault.ts';
import { describeVectors } from './extended-state.ts';
import { joinFlags } from './float-save.ts';
import { type InterruptFabric, LocalApic } from './local-apic.ts';
import { LinearMemory } from './memory.ts';
import { describeSegments, describeStack, modeOf } from './mode.ts';
import { type Operation, operations, type SystemCore } from './operations.ts';
import { ask } from './questions.ts';
import { resetApic, resetRegisters } from './reset.ts';
import { loadReal } from './segments.ts';

/** What the board gives a core besides what every architecture gets. */
export interface CoreSurroundings extends InterruptFabric {
  /** Cores of the machine. */
  readonly cores: number;
  /** The interrupt controller's vector for a line that LINT0 has handed on; it counts as taken. */
  acknowledge(): number;
  /** The core has shut down: nothing but a reset brings it back. @param reason in words */
  shutdown(reason: string): void;
}

export class X86Core implements PrivilegedCore, SystemCore {
  readonly state: CoreState;
  readonly engine: EngineCore;
  readonly memory: LinearMemory;
  readonly apic: LocalApic;
  #surroundings: CoreSurroundings | undefined;
  /** Handlers entered so far; and for an instruction that is executed by itself, how many before it, and whether it traps. */
  #entered = 0;
  #enteredBefore = 0;
  #trapDue = false;
  /** The instruction has loaded RF for the next one. */
  resumes = false;

  constructor(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number) {
    this.engine = engine;
    this.state = bind(coreState, buffer, stateAt);
    this.memory = new LinearMemory(engine);
    this.apic = new LocalApic(this.state, engine, () => this.#apicChanged());
  }
  /** Connects it to its board, before it runs. */
  connect(surroundings: CoreSurroundings): void {
    this.#surroundings = surroundings;
    this.apic.fabric = surroundings;
  }
  get cores(): number {
    return this.#surroundings?.cores ?? 1;
  }

  mode(): ExecutionMode {
    describeStack(this.state);
    describeSegments(this.state);
    describeVectors(this.state);
    return modeOf(this.state);
  }
  codeContext(): CodeContext {
    const { cr0, cr3, cr4, efer, cpl, pdpte } = this.state;
    const pointers = Object.fromEntries([0, 1, 2, 3].map((index) => [`pdpte${index}`, wide(pdpte, index)]));
    return { cr0, cr3, cr4, efer, cpl, ...pointers };
  }
  restored(): void {
    this.engine.flush({ keepGlobal: false });
  }
  protectionAllows(): boolean {
    return true;
  }

  accessed(address: bigint, width: number, access: number): void {
    this.state.debugPending |= atData(this.state, address, width, access);
  }

  operation(name: string): void {
    if (name === 'softwareInterrupt' || name === 'debugInterrupt') this.#entered++;
    this.#attempt(() => operations[name as Operation](this));
  }
  ask(name: string, number: number): boolean {
    this.#attempt(() => (this.engine.working.operand = ask(this, name, number, this.engine.working.operand)));
    return true;
  }
  floatMode(): void {
    const { state } = this;
    // TS and EM: #NM for x87; the vector instructions' #UD goes before it.
    if (state.cr0 & 8) return this.engine.raise(causeOf(VECTOR.NM), 0n);
    if (state.cr0 & 4 || !(state.cr4 & 0x200)) return this.engine.raise(causeOf(VECTOR.UD), 0n);
    this.engine.modeChanged();
  }
  /** Does something that may find an exception, which the engine then raises. */
  #attempt(body: () => void): void {
    try {
      body();
    } catch (error) {
      if (error instanceof Again) this.engine.again();
      else if (error instanceof Fault) this.engine.raise(causeOf(error.vector, error.errorCode), error.address);
      else throw error;
    }
  }

  takeTrap(): void {
    joinFlags(this.state);
    const { cause, trapValue } = this.engine.working;
    const vector = vectorOf(cause);
    this.#enter(
      {
        vector,
        ...(hasErrorCode(vector) ? { errorCode: errorCodeOf(cause) } : {}),
        software: false,
        returnsTo: this.state.pc,
        restarts: vector !== VECTOR.DB,
      },
      BigInt.asUintN(64, trapValue),
    );
    // A task that begins with a debug trap: the run loop takes it.
    if (this.state.debugPending !== 0) this.engine.interruptDue();
  }
  /** @returns false where memory was not there yet and nothing has changed */
  #enter(what: Interruption, address = 0n): boolean {
    this.#entered++;
    const outcome = raise(this, what, address);
    if (outcome === 'again') return false;
    if (outcome !== 'entered') this.#shutdown(outcome);
    this.engine.modeChanged();
    return true;
  }
  #shutdown({ reason }: Shutdown): void {
    this.state.activity = ACTIVITY.shutdown;
    this.#surroundings?.shutdown(reason);
    this.engine.interruptDue();
  }

  standing(): Standing {
    const { activity } = this.state;
    return activity === ACTIVITY.active ? 'executing' : activity === ACTIVITY.shutdown ? 'off' : 'waiting';
  }
  woken(): void {
    if (this.state.activity === ACTIVITY.halted) this.state.activity = ACTIVITY.active;
  }
  deadline(): number {
    return this.apic.timer.deadline;
  }

  /** Whether what holds interrupts off for one instruction still holds; then the core has to execute that first. */
  interruptHeld(): boolean {
    const { state } = this;
    if (state.shadow === 0) return false;
    if (state.activity === ACTIVITY.active && state.pc === state.shadowPc) return true;
    state.shadow = 0;
    return false;
  }
  stepping(): boolean {
    const { rflags, shadow } = this.state;
    const trap = (rflags & FLAG.TF) !== 0;
    // What holds a trap off, as MOV SS does, holds it for that instruction only.
    this.#trapDue = trap && !(shadow & SHADOW.movSs && this.interruptHeld());
    this.#enteredBefore = this.#entered;
    return trap || isArmed(this.state) || (this.interruptHeld() && this.interruptWaiting());
  }
  stepped(): void {
    const { state } = this;
    // It holds for one instruction, even one that goes to itself.
    if (state.pc === state.shadowPc) state.shadow = 0;
    if (this.resumes) this.resumes = false;
    else state.rflags &= ~FLAG.RF;
    if (this.#entered !== this.#enteredBefore) state.debugPending = 0;
    else if (this.#trapDue) state.debugPending |= DR6.BS;
    if (!(state.shadow & SHADOW.movSs && this.interruptHeld())) this.#debugTrap();
  }
  /** Takes the debug trap that is due. @returns whether there was one */
  #debugTrap(): boolean {
    const { state } = this;
    const pending = state.debugPending;
    if (pending === 0 || state.activity === ACTIVITY.shutdown) return false;
    state.debugPending = 0;
    if (this.#enter({ vector: VECTOR.DB, software: false, returnsTo: state.pc, restarts: false })) {
      state.dr6 |= pending;
      return true;
    }
    state.debugPending = pending;
    return false;
  }
  /** Breakpoints at the instruction that is next, which it has not been begun for. */
  #breakpoint(): boolean {
    const { state } = this;
    const hit = state.rflags & FLAG.RF || state.activity !== ACTIVITY.active || this.interruptHeld() ? 0 : atInstruction(state, state.pc);
    if (hit === 0 || !this.#enter({ vector: VECTOR.DB, software: false, returnsTo: state.pc, restarts: true })) return false;
    state.dr6 |= hit;
    return true;
  }
  holdInterrupts(shadow: number): void {
    const { state } = this;
    state.shadow = shadow;
    state.shadowPc = state.nextPc;
  }
  get #events(): number {
    return Atomics.load(this.state.events, 0);
  }
  get #maskable(): boolean {
    return (this.state.rflags & FLAG.IF) !== 0;
  }
  get #external(): boolean {
    return (this.engine.lines() & LINE.externalInterrupt) !== 0 && this.apic.passesExternal;
  }
  get #requested(): boolean {
    return this.apic.pending() >= 0 || this.#external;
  }
  interruptWaiting(): boolean {
    const waiting = this.#waiting();
    this.state.interruptPending = waiting ? 1 : 0;
    return waiting;
  }
  #waiting(): boolean {
    const { activity, nmiBlocked } = this.state;
    const events = this.#events;
    if (activity === ACTIVITY.waitForSipi) return (events & (EVENT_BIT.SIPI | EVENT_BIT.INIT)) !== 0;
    if (events & EVENT_BIT.INIT || (events & EVENT_BIT.NMI && !nmiBlocked)) return true;
    return (activity !== ACTIVITY.halted || this.#maskable) && this.#requested;
  }
  interruptsChanged(): void {
    if (this.interruptWaiting() && (this.#events !== 0 || this.#maskable)) this.engine.interruptDue();
  }

  /**
   * The same, by a store to the local APIC's registers: that ends as any store does, and the core looks soon afterwards. Were
   * it left at once, it would be done again when the interrupt's handler returns, and for an interrupt to itself so for ever.
   */
  #apicChanged(): void {
    if (this.interruptWaiting() && (this.#events !== 0 || this.#maskable)) this.engine.nudge();
  }

  /** The most urgent of what is due between two instructions: a debug trap, an interrupt, a breakpoint. */
  takeInterrupt(): boolean {
    if (this.#events & (EVENT_BIT.INIT | EVENT_BIT.SIPI) && this.#restart()) return true;
    return this.#debugTrap() || this.#takeInterrupt() || this.#breakpoint();
  }
  #takeInterrupt(): boolean {
    const { state } = this;
    if (state.activity === ACTIVITY.waitForSipi || state.activity === ACTIVITY.shutdown || this.interruptHeld()) return false;
    if (this.#events & EVENT_BIT.NMI && !state.nmiBlocked) {
      if (!this.#interrupt(VECTOR.NMI)) return false;
      Atomics.and(state.events, 0, ~EVENT_BIT.NMI);
      state.nmiBlocked = 1;
      return true;
    }
    if (!this.#maskable) return false;
    const vector = this.apic.pending();
    if (vector >= 0) {
      if (!this.#interrupt(vector)) return false;
      this.apic.accept(vector);
      return true;
    }
    return this.#external && this.#interrupt(this.#surroundings?.acknowledge() ?? 0xff);
  }
  #interrupt(vector: number): boolean {
    const { activity } = this.state;
    this.state.activity = ACTIVITY.active;
    const entered = this.#enter({ vector, software: false, returnsTo: this.state.pc, restarts: false });
    if (!entered) this.state.activity = activity;
    return entered;
  }
  /** INIT and SIPI. @returns whether the core has got a new state */
  #restart(): boolean {
    const { state, engine } = this;
    const { events } = state;
    if (this.#events & EVENT_BIT.INIT) {
      // A SIPI that is there already has come after it.
      Atomics.and(events, 0, ~(EVENT_BIT.INIT | EVENT_BIT.NMI));
      resetRegisters(state);
      resetApic(state);
      // The core that booted runs from the reset vector, the others wait to be told where.
      if (!(state.apicBase & 0x100n)) state.activity = ACTIVITY.waitForSipi;
    } else {
      Atomics.and(events, 0, ~EVENT_BIT.SIPI);
      if (state.activity !== ACTIVITY.waitForSipi) return false;
      loadReal(state, SEGMENT.CS, at(events, 1) << 8);
      state.pc = BigInt(at(events, 1) << 12);
      state.activity = ACTIVITY.active;
    }
    engine.flush({ keepGlobal: false });
    engine.modeChanged();
    return true;
  }
}
