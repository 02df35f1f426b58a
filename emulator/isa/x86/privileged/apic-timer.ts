/** The timer of the local APIC: one-shot, periodic, and by a deadline of the time-stamp counter (SDM, section 10.5.4). */
import type { EngineCore } from '../../architecture.ts';
import { at, type CoreState } from './context.ts';
import { LVT, MASKED } from './interrupt-messages.ts';

const MODE_AT = 17;
const MODE = { oneShot: 0, periodic: 1, deadline: 2 } as const;
/** The machine's tick, in nanoseconds. */
const TICK = 100n;

/** Its clock is the one that CPUID 15H tells: 1 GHz. */
export class ApicTimer {
  readonly #state: CoreState;
  readonly #engine: EngineCore;
  readonly #request: (vector: number) => void;
  constructor(state: CoreState, engine: EngineCore, request: (vector: number) => void) {
    this.#state = state;
    this.#engine = engine;
    this.#request = request;
  }

  get #mode(): number {
    return (at(this.#state.apicLvt, LVT.timer) >> MODE_AT) & 3;
  }
  /** Clocks that a count takes: the divide register's three bits, of which 7 means 1. */
  get #divisor(): bigint {
    const { apicDivide } = this.#state;
    const bits = (apicDivide & 3) | ((apicDivide >> 1) & 4);
    return 1n << BigInt((bits + 1) & 7);
  }
  get #elapsed(): bigint {
    return this.#engine.nanoseconds() - this.#state.apicTimerStart;
  }
  get #period(): bigint {
    return BigInt(this.#state.apicInitialCount) * this.#divisor;
  }

  /** The current count. */
  get count(): number {
    const { apicInitialCount } = this.#state;
    if (apicInitialCount === 0 || this.#mode === MODE.deadline) return 0;
    const elapsed = this.#mode === MODE.periodic ? this.#elapsed % this.#period : this.#elapsed;
    const left = BigInt(apicInitialCount) - elapsed / this.#divisor;
    return left > 0n ? Number(left) : 0;
  }
  start(count: number): void {
    if (this.#mode === MODE.deadline) return;
    this.#state.apicInitialCount = count;
    this.#state.apicTimerStart = this.#engine.nanoseconds();
    this.#engine.nudge();
  }
  divideBy(bits: number): void {
    this.#state.apicDivide = bits;
    this.#engine.nudge();
  }
  /** The LVT entry has been written. Another mode disarms it. @param before the entry as it was */
  modeChanged(before: number): void {
    if (((before >> MODE_AT) & 3) === this.#mode) return;
    this.#state.apicInitialCount = 0;
    this.#state.tscDeadline = 0n;
    this.#engine.nudge();
  }
  /** IA32_TSC_DEADLINE. */
  get deadlineRegister(): bigint {
    this.poll();
    return this.#mode === MODE.deadline ? this.#state.tscDeadline : 0n;
  }
  set deadlineRegister(value: bigint) {
    if (this.#mode !== MODE.deadline) return;
    this.#state.tscDeadline = value;
    this.#engine.nudge();
  }

  /** When it is due next, in nanoseconds of the machine's time; undefined: never. */
  get #due(): bigint | undefined {
    const { tscDeadline, tscOffset, apicInitialCount, apicTimerStart } = this.#state;
    if (this.#mode === MODE.deadline) return tscDeadline === 0n ? undefined : BigInt.asIntN(64, tscDeadline - tscOffset);
    return apicInitialCount === 0 ? undefined : apicTimerStart + this.#period;
  }
  /** The tick at which it is due, or Infinity. */
  get deadline(): number {
    const due = this.#due;
    return due === undefined ? Infinity : Number((due + TICK - 1n) / TICK);
  }
  /** Requests its interrupt if it is due. */
  poll(): void {
    const due = this.#due;
    if (due === undefined) return;
    const late = this.#engine.nanoseconds() - due;
    if (late < 0n) return;
    const state = this.#state;
    if (this.#mode === MODE.deadline) state.tscDeadline = 0n;
    else if (this.#mode === MODE.periodic) state.apicTimerStart = due + late - (late % this.#period);
    else state.apicInitialCount = 0;
    const entry = at(state.apicLvt, LVT.timer);
    if (!(entry & MASKED)) this.#request(entry & 0xff);
  }
}
