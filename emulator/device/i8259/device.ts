/**
 * The two 8259A interrupt controllers of a PC (Intel 8259A data sheet), the slave on input 2 of the master, with the edge
 * and level registers of later chip sets. The output goes to the boot core, which asks for the vector when it takes the
 * interrupt.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { I8259Front } from './registers.ts';
import { i8259State } from './state.ts';

const ICW1 = 0x10;
const ICW1_ICW4 = 0x01;
const ICW4_AUTO_END = 0x02;
const ICW4_SPECIAL_NESTED = 0x10;
const OCW3 = 0x08;
const MASTER = 0;
const SLAVE = 1;
const CASCADE = 2;
const SPURIOUS = 7;
/** Inputs that are never level-triggered: timer, keyboard, cascade; clock, and the coprocessor's. */
const LEVEL_POSSIBLE = [0xf8, 0xde] as const;

export class I8259 extends DeviceCore<typeof i8259State.fields> implements I8259Front {
  readonly #output: (level: boolean) => void;

  /** @param output drives the boot core's external interrupt */
  constructor(name: string, place: Place, output: (level: boolean) => void) {
    super(name, i8259State, place);
    this.#output = output;
  }

  /** ISA interrupt `irq`, 0 to 15. */
  line(irq: number): InterruptLine {
    if (irq < 0 || irq > 15 || irq === CASCADE) throw new Error(`the interrupt controllers have no input ${irq}`);
    const chip = irq >> 3;
    const bit = 1 << (irq & 7);
    return {
      set: (level) => {
        if ((((this.state.inputs[chip] as number) & bit) !== 0) !== level) this.lock.hold(() => this.#setInput(chip, bit, level));
      },
    };
  }

  #setInput(chip: number, bit: number, level: boolean): void {
    const { inputs, requests } = this.state;
    inputs[chip] = level ? (inputs[chip] as number) | bit : (inputs[chip] as number) & ~bit;
    if (level) requests[chip] = (requests[chip] as number) | bit;
    // An edge must stay high until it is acknowledged, or the interrupt is spurious (data sheet, "Edge and level triggered modes").
    else requests[chip] = (requests[chip] as number) & ~bit;
    this.update();
  }

  /** How urgent an input is: 0 for the first. */
  #rank(chip: number, input: number): number {
    return (input - (this.state.lowest[chip] as number) - 1) & 7;
  }

  /** The input that would interrupt now, or -1. */
  #urgent(chip: number): number {
    const { requests, mask, inService, specialMask, specialFullyNested } = this.state;
    const wanted = (requests[chip] as number) & ~(mask[chip] as number);
    let serving = inService[chip] as number;
    if (specialMask[chip]) serving &= ~(mask[chip] as number);
    // In special fully nested mode the slave may interrupt its own earlier request.
    if (chip === MASTER && specialFullyNested[chip]) serving &= ~(1 << CASCADE);
    const first = this.#first(chip, wanted);
    if (first < 0) return -1;
    const current = this.#first(chip, serving);
    return current >= 0 && this.#rank(chip, current) <= this.#rank(chip, first) ? -1 : first;
  }

  /** The most urgent of some inputs, or -1. */
  #first(chip: number, inputs: number): number {
    let best = -1;
    for (let input = 0; input < 8; input++)
      if ((inputs & (1 << input)) !== 0 && (best < 0 || this.#rank(chip, input) < this.#rank(chip, best))) best = input;
    return best;
  }

  /** Drives the output from the state. */
  update(): void {
    const { requests } = this.state;
    const cascade = 1 << CASCADE;
    requests[MASTER] = this.#urgent(SLAVE) >= 0 ? (requests[MASTER] as number) | cascade : (requests[MASTER] as number) & ~cascade;
    this.#output(this.#urgent(MASTER) >= 0);
  }

  /** The core takes the interrupt. Takes the lock. @returns its vector; that of input 7 where the request has gone */
  acknowledge(): number {
    return this.lock.hold(() => {
      const input = this.#accept(MASTER);
      const from = input === CASCADE ? SLAVE : MASTER;
      const number = from === SLAVE ? this.#accept(SLAVE) : input;
      this.update();
      return ((this.state.vectorBase[from] as number) & 0xf8) | number;
    });
  }

  #accept(chip: number): number {
    const input = this.#urgent(chip);
    if (input < 0) return SPURIOUS;
    const { requests, inService, levelTriggered, autoEnd, rotateOnAutoEnd, lowest } = this.state;
    const bit = 1 << input;
    if (((levelTriggered[chip] as number) & bit) === 0) requests[chip] = (requests[chip] as number) & ~bit;
    if (!autoEnd[chip]) inService[chip] = (inService[chip] as number) | bit;
    else if (rotateOnAutoEnd[chip]) lowest[chip] = input;
    return input;
  }

  readCommand(chip: number): number {
    const { state } = this;
    if (state.poll[chip]) {
      state.poll[chip] = 0;
      const input = this.#urgent(chip);
      if (input < 0) return 0;
      this.#accept(chip);
      this.update();
      return 0x80 | input;
    }
    return (state.readInService[chip] ? state.inService[chip] : state.requests[chip]) as number;
  }

  writeCommand(chip: number, value: number): void {
    if ((value & ICW1) !== 0) this.#initialise(chip, value);
    else if ((value & OCW3) !== 0) this.#setMode(chip, value);
    else this.#end(chip, value);
    this.update();
  }

  #initialise(chip: number, icw1: number): void {
    const { state } = this;
    const levels = (state.inputs[chip] as number) & (state.levelTriggered[chip] as number);
    state.requests[chip] = levels;
    for (const field of ['mask', 'inService', 'autoEnd', 'specialFullyNested', 'specialMask', 'readInService', 'poll'] as const)
      state[field][chip] = 0;
    state.rotateOnAutoEnd[chip] = 0;
    state.lowest[chip] = 7;
    state.expected[chip] = 2;
    state.wantsIcw4[chip] = icw1 & ICW1_ICW4;
  }

  /** OCW3: what reads give, polling, the special mask mode. */
  #setMode(chip: number, ocw3: number): void {
    const { state } = this;
    if ((ocw3 & 0x04) !== 0) state.poll[chip] = 1;
    if ((ocw3 & 0x02) !== 0) state.readInService[chip] = ocw3 & 1;
    if ((ocw3 & 0x40) !== 0) state.specialMask[chip] = (ocw3 >> 5) & 1;
  }

  /** OCW2: ends of interrupts and rotations (data sheet, "Operation command words"). */
  #end(chip: number, ocw2: number): void {
    const { inService, lowest, rotateOnAutoEnd } = this.state;
    const [rotates, specific, ends] = [0x80, 0x40, 0x20].map((bit) => (ocw2 & bit) !== 0);
    const named = specific ? ocw2 & 7 : this.#first(chip, inService[chip] as number);
    if (ends) {
      if (named >= 0) inService[chip] = (inService[chip] as number) & ~(1 << named);
      if (rotates && named >= 0) lowest[chip] = named;
    } else if (specific) {
      if (rotates) lowest[chip] = named;
    } else rotateOnAutoEnd[chip] = rotates ? 1 : 0;
  }

  writeData(chip: number, value: number): void {
    const { state } = this;
    const step = state.expected[chip] as number;
    if (step === 0) state.mask[chip] = value;
    else if (step === 2) {
      state.vectorBase[chip] = value;
      state.expected[chip] = 3;
    } else if (step === 3) state.expected[chip] = state.wantsIcw4[chip] ? 4 : 0;
    else {
      state.autoEnd[chip] = (value & ICW4_AUTO_END) !== 0 ? 1 : 0;
      state.specialFullyNested[chip] = (value & ICW4_SPECIAL_NESTED) !== 0 ? 1 : 0;
      state.expected[chip] = 0;
    }
    this.update();
  }

  setLevelTriggered(chip: number, value: number): void {
    this.state.levelTriggered[chip] = value & (LEVEL_POSSIBLE[chip] as number);
    this.update();
  }
}
