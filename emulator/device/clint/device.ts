/**
 * The core-local interruptor: `mtime`, and for each hart `mtimecmp` and a software interrupt (SiFive FU540 manual,
 * chapter 9). Time passes without anybody's help, so the engine asks for the next deadline and comes back then.
 */
import type { CoreSignals } from '../kit/core-signals.ts';
import { DeviceCore, type Place } from '../kit/device.ts';
import type { Clock } from '../kit/wiring.ts';
import { MSIP, MTIP } from './lines.ts';
import type { ClintFront } from './registers.ts';
import { clintState } from './state.ts';

/** Deadlines beyond what a double counts exactly (28 years) are no deadlines. */
const FAR = BigInt(Number.MAX_SAFE_INTEGER);

export class Clint extends DeviceCore<ReturnType<typeof clintState>['fields']> implements ClintFront {
  readonly #signals: readonly CoreSignals[];
  readonly #clock: Clock;

  constructor(name: string, place: Place, signals: readonly CoreSignals[], clock: Clock) {
    super(name, clintState(signals.length), place);
    this.#signals = signals;
    this.#clock = clock;
  }

  time(): bigint {
    return BigInt(Math.floor(this.#clock.ticks()));
  }

  setSoftwareInterrupt(hart: number, value: number): void {
    this.state.softwareInterrupt[hart] = value & 1;
    this.#signals[hart]?.drive(MSIP, (value & 1) !== 0);
  }

  setTimeCompare(hart: number, value: bigint): void {
    this.state.timeCompare[hart] = value;
    this.#check(hart);
    // The hart may sleep until a deadline that is no longer right.
    this.#signals[hart]?.nudge();
  }

  /** Brings the hart's MTIP up to date. @returns ticks of the next deadline; Infinity if none or already raised */
  deadline(hart: number): number {
    return this.lock.hold(() => this.#check(hart));
  }

  #check(hart: number): number {
    const compare = this.state.timeCompare[hart] as bigint;
    const reached = compare <= FAR && this.#clock.ticks() >= Number(compare);
    this.#signals[hart]?.drive(MTIP, reached);
    return reached || compare > FAR ? Infinity : Number(compare);
  }
}
