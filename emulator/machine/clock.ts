/** The machine's clock, read from the host's monotonic one; the same on every thread, standing still while paused. */
import type { Clock } from '../device/kit/wiring.ts';

/** Host nanoseconds, monotonic and common to all threads of the process. */
export type MonotonicNanoseconds = () => bigint;

export class MachineClock implements Clock {
  readonly #control: { clockOrigin: bigint };
  readonly #now: MonotonicNanoseconds;
  constructor(control: { clockOrigin: bigint }, now: MonotonicNanoseconds) {
    this.#control = control;
    this.#now = now;
  }
  /** Starts the clock at 0, or where a saved machine's clock stood. */
  start(ticks = 0n): void {
    this.#control.clockOrigin = this.#now() - ticks * 100n;
  }
  ticks(): number {
    return Math.floor(Number(this.#now() - this.#control.clockOrigin) / 100);
  }
  /** Takes `nanoseconds` during which the machine did not run out of its time. */
  skip(nanoseconds: bigint): void {
    this.#control.clockOrigin += nanoseconds;
  }
}
