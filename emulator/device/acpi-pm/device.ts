/**
 * The fixed hardware of ACPI (specification 6.5, section 4.8): power button, power management timer, sleep control and
 * sixteen general-purpose events, with one interrupt for all of them. It is in ACPI mode from the beginning.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { PowerRequest } from '../kit/part.ts';
import type { Clock, InterruptLine } from '../kit/wiring.ts';
import type { AcpiPmFront } from './registers.ts';
import { acpiPmState } from './state.ts';

/** Hertz of the timer. */
const TIMER_HZ = 3_579_545;
const SECOND = 1_000_000_000;
const TICK = 100;
/** The timer's status is set whenever its highest bit changes. */
const HALF_ROUND = 2 ** 31;
const TIMER = 0x0001;
const POWER_BUTTON = 0x0100;
/** Bits of PM1 that exist: timer, bus master, global, power button, clock, wake. */
const STATUS_BITS = 0x8530;
const ENABLE_BITS = 0x0521;
const SCI_ENABLE = 1;
const SLEEP_TYPE = 0x1c00;
const SLEEP_ENABLE = 0x2000;
/** The type of the state "soft off", as in the name space's `_S5`. */
export const SOFT_OFF = 0;

export interface AcpiPmWires {
  readonly line: InterruptLine;
  readonly clock: Clock;
  power(request: PowerRequest): void;
  /** Tells whoever waits for `deadline` that it changed. */
  moved(): void;
}

export class AcpiPm extends DeviceCore<typeof acpiPmState.fields> implements AcpiPmFront {
  readonly #wires: AcpiPmWires;

  constructor(name: string, place: Place, wires: AcpiPmWires) {
    super(name, acpiPmState, place);
    this.#wires = wires;
  }

  /** What the timer has counted since the machine was started, beyond its 32 bits. */
  get #count(): number {
    const nanoseconds = this.#wires.clock.nanoseconds();
    const seconds = Math.floor(nanoseconds / SECOND);
    return seconds * TIMER_HZ + Math.floor(((nanoseconds - seconds * SECOND) * TIMER_HZ) / SECOND);
  }
  get timer(): number {
    return this.#count % 2 ** 32;
  }
  get status(): number {
    const turned = Math.floor(this.#count / HALF_ROUND) !== Math.floor(Number(this.state.timerSeen) / HALF_ROUND);
    return this.state.status | (turned ? TIMER : 0);
  }

  clearStatus(bits: number): void {
    this.state.status &= ~bits;
    if ((bits & TIMER) !== 0) this.state.timerSeen = BigInt(this.#count);
    this.#update();
  }
  setEnable(bits: number): void {
    this.state.enable = bits & ENABLE_BITS;
    this.#update();
    this.#wires.moved();
  }

  setControl(value: number): void {
    this.state.control = (value & SLEEP_TYPE) | SCI_ENABLE;
    if ((value & SLEEP_ENABLE) !== 0 && (value & SLEEP_TYPE) >> 10 === SOFT_OFF) this.#wires.power({ kind: 'poweroff', code: 0 });
  }

  clearEvents(bits: number): void {
    this.state.eventStatus &= ~bits;
    this.#update();
  }
  setEventEnable(bits: number): void {
    this.state.eventEnable = bits;
    this.#update();
  }

  /** A general-purpose event, 0 to 15: it happens when the line rises. */
  line(event: number): InterruptLine {
    const bit = 1 << event;
    return {
      set: (level) =>
        this.lock.hold(() => {
          const { state } = this;
          if (level && (state.eventInputs & bit) === 0) state.eventStatus |= bit;
          state.eventInputs = level ? state.eventInputs | bit : state.eventInputs & ~bit;
          this.#update();
        }),
    };
  }

  /** The owner presses the power button. Takes the lock. */
  pressPowerButton(): void {
    this.lock.hold(() => {
      this.state.status |= POWER_BUTTON;
      this.#update();
    });
  }

  /** Interrupts when the timer turns, if that is wanted. @returns ticks at which to ask again */
  deadline(): number {
    if ((this.state.enable & TIMER) === 0) return Infinity;
    return this.lock.hold(() => {
      this.#update();
      const next = (Math.floor(this.#count / HALF_ROUND) + 1) * HALF_ROUND;
      return (this.status & TIMER) !== 0 ? Infinity : Math.ceil(((next / TIMER_HZ) * SECOND) / TICK);
    });
  }

  #update(): void {
    const { enable, eventStatus, eventEnable } = this.state;
    this.#wires.line.set((this.status & enable & (STATUS_BITS | TIMER)) !== 0 || (eventStatus & eventEnable) !== 0);
  }
}
