/**
 * A PC's interval timer (Intel 8254 data sheet). It counts the machine's own time, so that it never drifts against the
 * other clocks; only the first counter's interrupt needs anybody to come by.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { Clock, InterruptLine } from '../kit/wiring.ts';
import { type Counting, countOf, fromBcd, isPeriodic, nanosecondsAt, outputOf, ticksAt, toBcd } from './counting.ts';
import type { I8254Front } from './registers.ts';
import { COUNTERS, i8254State } from './state.ts';

const LOW = 1;
const BOTH = 3;
const SPEAKER_COUNTER = 2;
/** Bit 4 of port 61 changes at each refresh of memory, which is so far from the last. */
const REFRESH_NANOSECONDS = 15_085;
const TICK = 100;

export class I8254 extends DeviceCore<typeof i8254State.fields> implements I8254Front {
  readonly #line: InterruptLine;
  readonly #clock: Clock;
  readonly #moved: () => void;

  /** @param wires `moved` tells whoever waits for `deadline` that it changed */
  constructor(name: string, place: Place, wires: { line: InterruptLine; clock: Clock; moved: () => void }) {
    super(name, i8254State, place);
    this.#line = wires.line;
    this.#clock = wires.clock;
    this.#moved = wires.moved;
  }

  get #now(): number {
    return ticksAt(this.#clock.nanoseconds());
  }

  #counting(counter: number): Counting {
    const { mode, reload, startedAt, gate } = this.state;
    const own = { mode: mode[counter] as number, reload: reload[counter] as number };
    const begun = Number(startedAt[counter] as bigint);
    // A gate that is low stops the count where it began; nothing is known to look at one that was stopped on its way.
    return { ...own, elapsed: gate[counter] ? Math.max(0, this.#now - begun) : 0 };
  }

  control(value: number): void {
    const counter = value >> 6;
    if (counter === COUNTERS) return this.#readBack(value);
    const { state } = this;
    const access = (value >> 4) & 3;
    if (access === 0) return this.#latchCount(counter);
    state.access[counter] = access;
    const mode = (value >> 1) & 7;
    state.mode[counter] = mode > 5 ? mode - 4 : mode;
    state.bcd[counter] = value & 1;
    for (const field of ['writeHigh', 'readHigh', 'countLatched', 'statusLatched'] as const) state[field][counter] = 0;
    state.reload[counter] = 0;
    if (counter === 0) this.#schedule();
  }

  #readBack(value: number): void {
    for (let counter = 0; counter < COUNTERS; counter++) {
      if ((value & (2 << counter)) === 0) continue;
      if ((value & 0x20) === 0) this.#latchCount(counter);
      if ((value & 0x10) === 0) this.#latchStatus(counter);
    }
  }

  #shown(counter: number): number {
    const count = countOf(this.#counting(counter));
    return this.state.bcd[counter] ? toBcd(count % 10_000) : count & 0xffff;
  }

  #latchCount(counter: number): void {
    const { state } = this;
    if (state.countLatched[counter]) return;
    state.latchedCount[counter] = this.#shown(counter);
    state.countLatched[counter] = 1;
  }

  #latchStatus(counter: number): void {
    const { state } = this;
    if (state.statusLatched[counter]) return;
    const { mode, access, bcd, reload } = state;
    const output = outputOf(this.#counting(counter)) ? 0x80 : 0;
    const noCount = reload[counter] === 0 ? 0x40 : 0;
    state.latchedStatus[counter] =
      output | noCount | ((access[counter] as number) << 4) | ((mode[counter] as number) << 1) | (bcd[counter] as number);
    state.statusLatched[counter] = 1;
  }

  readCounter(counter: number): number {
    const { state } = this;
    if (state.statusLatched[counter]) {
      state.statusLatched[counter] = 0;
      return state.latchedStatus[counter] as number;
    }
    const value = state.countLatched[counter] ? (state.latchedCount[counter] as number) : this.#shown(counter);
    const access = state.access[counter];
    const high = access === BOTH ? state.readHigh[counter] !== 0 : access !== LOW;
    if (access === BOTH) state.readHigh[counter] = high ? 0 : 1;
    if (access !== BOTH || high) state.countLatched[counter] = 0;
    return high ? value >> 8 : value & 0xff;
  }

  writeCounter(counter: number, value: number): void {
    const { state } = this;
    const access = state.access[counter];
    if (access === BOTH && !state.writeHigh[counter]) {
      state.writtenLow[counter] = value;
      state.writeHigh[counter] = 1;
      return;
    }
    state.writeHigh[counter] = 0;
    const low = access === BOTH ? (state.writtenLow[counter] as number) : 0;
    const written = access === LOW ? value : (value << 8) | low;
    const count = state.bcd[counter] ? fromBcd(written) || 10_000 : written || 0x1_0000;
    state.reload[counter] = count;
    state.startedAt[counter] = BigInt(this.#now);
    if (counter === 0) this.#schedule();
  }

  /** The first counter begins anew: its output goes to where the mode begins. */
  #schedule(): void {
    const { state } = this;
    const { mode, reload, startedAt } = state;
    const triggered = mode[0] === 1 || mode[0] === 5;
    const idle = reload[0] === 0 || triggered;
    state.nextInterrupt = idle ? 0n : (startedAt[0] as bigint) + BigInt(reload[0] as number);
    this.#line.set(false);
    if (isPeriodic(mode[0] as number)) this.#line.set(true);
    this.#moved();
  }

  /** Interrupts if it is time. @returns ticks of the machine's clock at which to ask again; Infinity if never by itself */
  deadline(): number {
    return this.state.nextInterrupt === 0n ? Infinity : this.lock.hold(() => this.#check());
  }

  #check(): number {
    const { state } = this;
    const due = Number(state.nextInterrupt);
    if (due === 0) return Infinity;
    const now = this.#now;
    if (now >= due) {
      this.#line.set(false);
      this.#line.set(true);
      const period = state.reload[0] as number;
      // Interrupts that nobody came by for are one.
      state.nextInterrupt = isPeriodic(state.mode[0] as number) ? BigInt(due + period * (Math.floor((now - due) / period) + 1)) : 0n;
    }
    return state.nextInterrupt === 0n ? Infinity : Math.ceil(nanosecondsAt(Number(state.nextInterrupt)) / TICK);
  }

  readGatePort(): number {
    const { state } = this;
    const refresh = Math.floor(this.#clock.nanoseconds() / REFRESH_NANOSECONDS) & 1;
    const output = outputOf(this.#counting(SPEAKER_COUNTER)) ? 0x20 : 0;
    return (state.gate[SPEAKER_COUNTER] as number) | (state.speaker << 1) | (refresh << 4) | output;
  }

  writeGatePort(value: number): void {
    const { state } = this;
    const rises = (value & 1) !== 0 && state.gate[SPEAKER_COUNTER] === 0;
    state.gate[SPEAKER_COUNTER] = value & 1;
    state.speaker = (value >> 1) & 1;
    // A rising gate triggers modes 1 and 5 and starts modes 2 and 3 over; here it is where the others go on, too.
    if (rises) state.startedAt[SPEAKER_COUNTER] = BigInt(this.#now);
  }
}
