/** The machine's clock, read from the host's monotonic one; the same on every thread, standing still while the machine does. */
import type { Clock } from '../device/kit/wiring.ts';

/** Host nanoseconds, monotonic and common to all threads of the process. */
export type MonotonicNanoseconds = () => bigint;

export class MachineClock implements Clock {
  readonly #control: { clockOrigin: bigint; clockHeld: bigint };
  readonly #now: MonotonicNanoseconds;
  constructor(control: { clockOrigin: bigint; clockHeld: bigint }, now: MonotonicNanoseconds) {
    this.#control = control;
    this.#now = now;
  }
  /** Sets the clock: to 0, or to where a saved machine's clock stood. Whether it runs or is held stays so. */
  start(ticks = 0n): void {
    this.#control.clockOrigin = (this.#control.clockHeld || this.#now()) - ticks * 100n;
  }
  ticks(): number {
    return Math.floor(this.nanoseconds() / 100);
  }
  nanoseconds(): number {
    return Number((this.#control.clockHeld || this.#now()) - this.#control.clockOrigin);
  }
  /** Stops the clock while the cores stand still. Only by whoever made them. */
  hold(): void {
    if (this.#control.clockHeld === 0n) this.#control.clockHeld = this.#now();
  }
  /** Lets it run on from where it stood. @returns nanoseconds for which it was held */
  release(): bigint {
    const { clockHeld } = this.#control;
    if (clockHeld === 0n) return 0n;
    const held = this.#now() - clockHeld;
    this.#control.clockOrigin += held;
    this.#control.clockHeld = 0n;
    return held;
  }
}
