/**
 * A PC's real-time clock with 128 bytes of memory (Motorola MC146818A data sheet). Its time is the machine's plus an
 * offset that is set from the wall clock through the input gate, so that a replayed run reads the same times.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { Clock, InterruptLine } from '../kit/wiring.ts';
import { type Format, secondsOf, TIME, timeRegister } from './calendar.ts';
import type { Mc146818Front } from './registers.ts';
import { mc146818State } from './state.ts';

const REGISTER = { a: 0x0a, b: 0x0b, c: 0x0c, d: 0x0d } as const;
const ALARM = [1, 3, 5] as const;
/** An alarm register with both upper bits set fits every time. */
const ANY = 0xc0;
const A_UPDATING = 0x80;
const B_STOPPED = 0x80;
/** Bits of register B that enable interrupts are those of register C that ask for them. */
const PERIODIC = 0x40;
const ALARMED = 0x20;
const UPDATED = 0x10;
const C_REQUEST = 0x80;
const B_BINARY = 0x04;
const B_24_HOURS = 0x02;
const D_VALID = 0x80;
const SECOND = 1_000_000_000;
const TICK = 100;
/** An update is announced so long before it happens, in nanoseconds. */
const UPDATE_NANOSECONDS = 244_000;
/** Of the crystal, and the divider setting with which the clock runs. */
const CRYSTAL_HZ = 32_768;
const RUNNING = 0x20;

export class Mc146818 extends DeviceCore<typeof mc146818State.fields> implements Mc146818Front {
  readonly #line: InterruptLine;
  readonly #clock: Clock;
  readonly #moved: () => void;

  /** @param wires `moved` tells whoever waits for `deadline` that it changed */
  constructor(name: string, place: Place, wires: { line: InterruptLine; clock: Clock; moved: () => void }) {
    super(name, mc146818State, place);
    this.#line = wires.line;
    this.#clock = wires.clock;
    this.#moved = wires.moved;
  }

  get #format(): Format {
    const { controlB } = this.state;
    return { binary: (controlB & B_BINARY) !== 0, hours24: (controlB & B_24_HOURS) !== 0 };
  }
  get #stopped(): boolean {
    return (this.state.controlB & B_STOPPED) !== 0;
  }
  /** Nanoseconds since the epoch, as the guest sees them. */
  get #now(): bigint {
    return BigInt.asUintN(64, BigInt(this.#clock.nanoseconds()) + this.state.offset);
  }
  get #seconds(): number {
    return this.#stopped ? Number(this.state.heldSeconds) : Number(this.#now / BigInt(SECOND));
  }

  /** Sets the clock. Takes the lock. @param nanoseconds since the Unix epoch */
  adjust(nanoseconds: bigint): void {
    this.lock.hold(() => {
      this.state.offset = BigInt.asUintN(64, nanoseconds - BigInt(this.#clock.nanoseconds()));
      this.#seen();
    });
  }

  /** What has passed until now concerns nobody. */
  #seen(): void {
    this.state.seenSeconds = BigInt(this.#seconds);
    this.state.seenBeats = BigInt(this.#beats());
  }

  /** Hertz of the periodic interrupt, by the rate bits of register A. */
  get #rate(): number {
    const rate = this.state.controlA & 15;
    if (rate === 0) return 0;
    return CRYSTAL_HZ >> ((rate < 3 ? rate + 7 : rate) - 1);
  }
  #beats(): number {
    const nanoseconds = this.#clock.nanoseconds();
    const seconds = Math.floor(nanoseconds / SECOND);
    return seconds * this.#rate + Math.floor(((nanoseconds - seconds * SECOND) * this.#rate) / SECOND);
  }

  readData(): number {
    const { state } = this;
    const register = state.index & 0x7f;
    if (register === REGISTER.a) return state.controlA | (this.#updating() ? A_UPDATING : 0);
    if (register === REGISTER.b) return state.controlB;
    if (register === REGISTER.c) {
      this.#check();
      const { flags } = state;
      state.flags = 0;
      this.#update();
      return flags;
    }
    if (register === REGISTER.d) return D_VALID;
    return timeRegister(register, this.#seconds, this.#format) ?? (state.memory[register] as number);
  }

  #updating(): boolean {
    return !this.#stopped && Number(this.#now % BigInt(SECOND)) >= SECOND - UPDATE_NANOSECONDS;
  }

  writeData(value: number): void {
    const { state } = this;
    const register = state.index & 0x7f;
    if (register === REGISTER.a) {
      state.controlA = value & ~A_UPDATING;
      this.#seen();
    } else if (register === REGISTER.b) this.#setControlB(value);
    else if (register === REGISTER.c || register === REGISTER.d) return;
    else if (timeRegister(register, 0, this.#format) === undefined) state.memory[register] = value;
    else this.#setTime(register, value);
    this.#check();
    this.#moved();
  }

  #setControlB(value: number): void {
    const { state } = this;
    const now = this.#seconds;
    const stops = (value & B_STOPPED) !== 0;
    if (stops && !this.#stopped) state.heldSeconds = BigInt(now);
    if (!stops && this.#stopped) this.#runFrom(now);
    state.controlB = stops ? value & ~UPDATED : value;
    this.#seen();
  }

  /** Goes on at the beginning of a second. */
  #runFrom(seconds: number): void {
    this.state.offset = BigInt.asUintN(64, BigInt(seconds) * BigInt(SECOND) - BigInt(this.#clock.nanoseconds()));
  }

  /** Sets one register of the time: all others keep what they show. */
  #setTime(register: number, value: number): void {
    const { state } = this;
    const seconds = this.#seconds;
    const format = this.#format;
    if (register === TIME.weekday) return;
    const wanted = secondsOf((each) => (each === register ? value : (timeRegister(each, seconds, format) as number)), format);
    if (!Number.isFinite(wanted) || wanted < 0) return;
    if (this.#stopped) state.heldSeconds = BigInt(wanted);
    else this.#runFrom(wanted);
    this.#seen();
  }

  /** Sees to what has happened. @returns ticks at which to ask again; Infinity when no interrupt is wanted */
  deadline(): number {
    return (this.state.controlB & (PERIODIC | ALARMED | UPDATED)) === 0 ? Infinity : this.lock.hold(() => this.#check());
  }

  #check(): number {
    const { state } = this;
    const seconds = this.#seconds;
    if (!this.#stopped && seconds > Number(state.seenSeconds)) {
      state.flags |= UPDATED;
      if (this.#alarmBetween(Number(state.seenSeconds) + 1, seconds)) state.flags |= ALARMED;
    }
    const beats = this.#rate === 0 || (state.controlA & 0x70) !== RUNNING ? Number(state.seenBeats) : this.#beats();
    if (beats > Number(state.seenBeats)) state.flags |= PERIODIC;
    state.seenSeconds = BigInt(seconds);
    state.seenBeats = BigInt(beats);
    this.#update();
    return this.#next();
  }

  /** Whether the alarm's time is among so many seconds; a day of them holds every alarm. */
  #alarmBetween(first: number, last: number): boolean {
    const format = this.#format;
    for (let second = Math.max(first, last - 86_400); second <= last; second++) {
      const fits = ALARM.every((register) => {
        const wanted = this.state.memory[register] as number;
        return (wanted & ANY) === ANY || wanted === timeRegister(register - 1, second, format);
      });
      if (fits) return true;
    }
    return false;
  }

  /** When an interrupt could be due. */
  #next(): number {
    const { controlB, flags } = this.state;
    if ((flags & C_REQUEST) !== 0) return Infinity;
    const now = this.#clock.nanoseconds();
    let soonest = Infinity;
    if ((controlB & (ALARMED | UPDATED)) !== 0 && !this.#stopped) soonest = now + SECOND - Number(this.#now % BigInt(SECOND));
    if ((controlB & PERIODIC) !== 0 && this.#rate !== 0) {
      const period = SECOND / this.#rate;
      soonest = Math.min(soonest, (Math.floor(now / period) + 1) * period);
    }
    return Math.ceil(soonest / TICK);
  }

  #update(): void {
    const { state } = this;
    const wanted = state.flags & state.controlB & (PERIODIC | ALARMED | UPDATED);
    state.flags = wanted !== 0 ? state.flags | C_REQUEST : state.flags & ~C_REQUEST;
    this.#line.set(wanted !== 0);
  }
}
