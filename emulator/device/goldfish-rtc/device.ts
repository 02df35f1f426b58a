/**
 * The goldfish real-time clock, which QEMU's `virt` has. Its time is the machine's ticks plus an offset that the board
 * sets from the wall clock through the input gate, so that a replayed run reads the same times.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import { type Clock, type InterruptLine, TICKS_PER_SECOND } from '../kit/wiring.ts';
import type { RtcFront } from './registers.ts';
import { rtcState } from './state.ts';

const NANOSECONDS_PER_TICK = 1_000_000_000n / BigInt(TICKS_PER_SECOND);

export class GoldfishRtc extends DeviceCore<typeof rtcState.fields> implements RtcFront {
  readonly #line: InterruptLine;
  readonly #clock: Clock;
  readonly #alarmMoved: () => void;

  /** @param wires `alarmMoved` tells whoever waits for `deadline` that it changed */
  constructor(name: string, place: Place, wires: { line: InterruptLine; clock: Clock; alarmMoved: () => void }) {
    super(name, rtcState, place);
    this.#line = wires.line;
    this.#clock = wires.clock;
    this.#alarmMoved = wires.alarmMoved;
  }

  #sinceStart(): bigint {
    return BigInt(Math.floor(this.#clock.ticks())) * NANOSECONDS_PER_TICK;
  }

  /** Nanoseconds since the Unix epoch, as the guest sees them. */
  now(): bigint {
    return BigInt.asUintN(64, this.#sinceStart() + this.state.offset);
  }

  /** Sets the clock. Takes the lock. @param nanoseconds since the Unix epoch */
  adjust(nanoseconds: bigint): void {
    this.lock.hold(() => {
      this.state.offset = BigInt.asUintN(64, nanoseconds - this.#sinceStart());
    });
  }

  readTime(): number {
    const now = this.now();
    this.state.latchedHigh = Number(now >> 32n);
    return Number(now & 0xffff_ffffn);
  }

  setTime(low: number): void {
    const wanted = (BigInt(this.state.writtenHigh) << 32n) | BigInt(low);
    this.state.offset = BigInt.asUintN(64, wanted - this.#sinceStart());
    this.#alarmMoved();
  }

  setAlarm(low: number): void {
    this.state.alarm = (BigInt(this.state.alarmHigh) << 32n) | BigInt(low);
    this.state.alarmRunning = 1;
    this.#check();
    this.#alarmMoved();
  }

  clearAlarm(): void {
    this.state.alarmRunning = 0;
  }

  setInterruptEnabled(value: number): void {
    this.state.interruptEnabled = value & 1;
    this.#update();
  }

  clearInterrupt(): void {
    this.state.interruptPending = 0;
    this.#update();
  }

  /** Fires the alarm if its time has come. @returns ticks at which to ask again; Infinity when no alarm runs */
  deadline(): number {
    if (this.state.alarmRunning === 0) return Infinity;
    return this.lock.hold(() => this.#check());
  }

  #check(): number {
    const { state } = this;
    if (state.alarmRunning === 0) return Infinity;
    const left = state.alarm - this.now();
    if (left > 0n) return this.#clock.ticks() + Number(left / NANOSECONDS_PER_TICK) + 1;
    state.alarmRunning = 0;
    state.interruptPending = 1;
    this.#update();
    return Infinity;
  }

  #update(): void {
    this.#line.set((this.state.interruptPending & this.state.interruptEnabled) !== 0);
  }
}
