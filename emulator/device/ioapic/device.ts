/**
 * An I/O APIC with 24 pins (Intel 82093AA data sheet). An interrupt goes out as a message, as from any PCI function: the
 * address says which local APICs, the data which vector and how (SDM volume 3A, section "Message Signalled Interrupts").
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { IoapicFront } from './registers.ts';
import { ENTRY, ioapicState, PINS } from './state.ts';

/** Version 0x20 has an EOI register; the number of the last entry is in bits 16 to 23. */
const VERSION = ((PINS - 1) << 16) | 0x20;
const FIRST_ENTRY = 0x10;
const MESSAGE_BASE = 0xfee0_0000;
const LOGICAL = 1 << 2;
/** Of a message's data: the level is asserted, and matters because the trigger is level. */
const ASSERTED = 1 << 14;
const VECTOR_AND_DELIVERY = 0x7ff;

export class Ioapic extends DeviceCore<typeof ioapicState.fields> implements IoapicFront {
  readonly #message: (address: number, data: number) => void;

  constructor(name: string, place: Place, message: (address: number, data: number) => void) {
    super(name, ioapicState, place);
    this.#message = message;
  }

  /** An input, 0 to 23. A line that is set is asserted, whatever the polarity that the guest has chosen. */
  line(pin: number): InterruptLine {
    if (pin < 0 || pin >= PINS) throw new Error(`the I/O APIC has no pin ${pin}`);
    const bit = 1 << pin;
    return {
      set: (level) => {
        if (((this.state.inputs & bit) !== 0) !== level) this.lock.hold(() => this.#setInput(pin, bit, level));
      },
    };
  }

  #setInput(pin: number, bit: number, level: boolean): void {
    const { state } = this;
    state.inputs = level ? state.inputs | bit : state.inputs & ~bit;
    if (!level) return;
    if (((state.low[pin] as number) & ENTRY.level) === 0) state.edges |= bit;
    this.#service(pin);
  }

  /** Sends what the pin has to send, if it may. */
  #service(pin: number): void {
    const { state } = this;
    const low = state.low[pin] as number;
    const bit = 1 << pin;
    if ((low & ENTRY.masked) !== 0) return;
    if ((low & ENTRY.level) !== 0) {
      if ((state.inputs & bit) === 0 || (low & ENTRY.remoteIrr) !== 0) return;
      state.low[pin] = low | ENTRY.remoteIrr;
    } else {
      if ((state.edges & bit) === 0) return;
      state.edges &= ~bit;
    }
    const destination = (state.high[pin] as number) >>> 24;
    const address = MESSAGE_BASE + destination * 0x1000 + ((low & ENTRY.destinationLogical) !== 0 ? LOGICAL : 0);
    this.#message(address, (low & VECTOR_AND_DELIVERY) | (low & ENTRY.level) | ASSERTED);
  }

  readWindow(): number {
    const { index, id, low, high } = this.state;
    if (index === 0 || index === 2) return id;
    if (index === 1) return VERSION;
    const pin = (index - FIRST_ENTRY) >> 1;
    if (index < FIRST_ENTRY || pin >= PINS) return 0;
    return ((index & 1) === 0 ? low[pin] : high[pin]) as number;
  }

  writeWindow(value: number): void {
    const { state } = this;
    const { index, low, high } = state;
    if (index === 0) state.id = value & 0x0f00_0000;
    const pin = (index - FIRST_ENTRY) >> 1;
    if (index < FIRST_ENTRY || pin >= PINS) return;
    if ((index & 1) !== 0) {
      high[pin] = value & 0xff00_0000;
      return;
    }
    const kept = (value & ENTRY.level) !== 0 ? (low[pin] as number) & ENTRY.remoteIrr : 0;
    low[pin] = (value & ENTRY.writable) | kept;
    this.#service(pin);
  }

  /** A level-triggered interrupt with this vector has been handled: a pin that is still high asks again. Holds the lock. */
  endOfInterrupt(vector: number): void {
    const { low } = this.state;
    for (let pin = 0; pin < PINS; pin++) {
      const entry = low[pin] as number;
      if ((entry & 0xff) !== vector || (entry & ENTRY.remoteIrr) === 0) continue;
      low[pin] = entry & ~ENTRY.remoteIrr;
      this.#service(pin);
    }
  }
}
