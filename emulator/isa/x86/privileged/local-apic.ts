/** The local APIC (SDM, volume 3A, chapter 10): registers, priorities and the timer. Its state is the core's. */
import type { EngineCore } from '../../architecture.ts';
import { at, type CoreState } from './context.ts';
import { ApicTimer } from './apic-timer.ts';
import { type Destination, type InterruptMessage, LVT, MASKED } from './interrupt-messages.ts';
import { Fault, VECTOR } from './fault.ts';

/** What the machine around gives a core. */
export interface InterruptFabric {
  /** Sends a message to the cores that it names. @param from the sending core */
  send(message: InterruptMessage, from: number): void;
  /** A level-triggered interrupt is done with. */
  endOfInterrupt(vector: number): void;
}

const REGISTER = {
  id: 0x20,
  version: 0x30,
  tpr: 0x80,
  apr: 0x90,
  ppr: 0xa0,
  eoi: 0xb0,
  ldr: 0xd0,
  dfr: 0xe0,
  spurious: 0xf0,
  isr: 0x100,
  tmr: 0x180,
  irr: 0x200,
  esr: 0x280,
  icrLow: 0x300,
  icrHigh: 0x310,
  lvt: 0x320,
  lvtEnd: 0x370,
  initialCount: 0x380,
  currentCount: 0x390,
  divide: 0x3e0,
} as const;
/** Version 14H with six LVT entries. */
const VERSION = 0x0005_0014;
const SOFTWARE_ENABLED = 0x100;
/** Bits of LVT entries that can be written: timer, thermal, performance, LINT0, LINT1, error. */
const LVT_WRITABLE = [0x7_00ff, 0x1_07ff, 0x1_07ff, 0x1_a7ff, 0x1_a7ff, 0x1_00ff] as const;
const ICR_WRITABLE = 0x000c_cfff;
const SHORTHAND = { none: 0, self: 1, all: 2, others: 3 } as const;
const BASE_KNOWN = 0xff_ffff_f900n;
const ENABLED = 1n << 11n;
const ILLEGAL_REGISTER = 1 << 7;

const highest = (words: Int32Array): number => {
  for (let word = 7; word >= 0; word--) {
    const bits = Atomics.load(words, word);
    if (bits !== 0) return 32 * word + 31 - Math.clz32(bits);
  }
  return -1;
};
const setBit = (words: Int32Array, bit: number) => void Atomics.or(words, bit >> 5, 1 << (bit & 31));
const clearBit = (words: Int32Array, bit: number) => void Atomics.and(words, bit >> 5, ~(1 << (bit & 31)));

export class LocalApic {
  readonly timer: ApicTimer;
  /** Set by the machine before the core runs. */
  fabric: InterruptFabric | undefined;
  readonly #state: CoreState;
  readonly #engine: EngineCore;
  readonly #changed: () => void;

  /** @param changed an interrupt may have become one that can be taken */
  constructor(state: CoreState, engine: EngineCore, changed: () => void) {
    this.#state = state;
    this.#engine = engine;
    this.#changed = changed;
    this.timer = new ApicTimer(state, engine, (vector) => this.#request(vector));
  }

  /** Where its registers are now. */
  get base(): number {
    return Number(this.#state.apicBase & 0xff_ffff_f000n);
  }
  get enabled(): boolean {
    return (this.#state.apicBase & ENABLED) !== 0n;
  }
  writeBase(value: bigint): void {
    if (value & ~BASE_KNOWN) throw new Fault(VECTOR.GP);
    this.#state.apicBase = value;
    this.#changed();
  }

  /** The most urgent interrupt that its priorities let through, or -1. */
  pending(): number {
    this.timer.poll();
    const vector = highest(this.#state.apicIrr);
    return vector >> 4 > this.#processorPriority() >> 4 ? vector : -1;
  }
  /** The core has begun to handle an interrupt. */
  accept(vector: number): void {
    clearBit(this.#state.apicIrr, vector);
    setBit(this.#state.apicIsr, vector);
  }
  /** How LINT0 hands on the interrupt controller's line; undefined: not at all. */
  get passesExternal(): boolean {
    const entry = at(this.#state.apicLvt, LVT.lint0);
    return !this.enabled || (!(entry & MASKED) && ((entry >> 8) & 7) === 7);
  }

  #request(vector: number): void {
    clearBit(this.#state.apicTmr, vector);
    setBit(this.#state.apicIrr, vector);
  }
  #processorPriority(): number {
    const { apicTpr } = this.#state;
    const inService = Math.max(0, highest(this.#state.apicIsr)) & 0xf0;
    return apicTpr >> 4 >= inService >> 4 ? apicTpr : inService;
  }
  #endOfInterrupt(): void {
    const { apicIsr, apicTmr } = this.#state;
    const vector = highest(apicIsr);
    if (vector < 0) return;
    clearBit(apicIsr, vector);
    if ((at(apicTmr, vector >> 5) >> (vector & 31)) & 1) this.fabric?.endOfInterrupt(vector);
    this.#changed();
  }

  /** A register by its offset. */
  read(offset: number): number {
    const state = this.#state;
    if (offset >= REGISTER.isr && offset < REGISTER.esr) {
      const words = offset < REGISTER.tmr ? state.apicIsr : offset < REGISTER.irr ? state.apicTmr : state.apicIrr;
      return at(words, (offset >> 4) & 7) >>> 0;
    }
    if (offset >= REGISTER.lvt && offset <= REGISTER.lvtEnd) return at(state.apicLvt, LVT.timer + ((offset - REGISTER.lvt) >> 4)) >>> 0;
    switch (offset & ~15) {
      case REGISTER.id:
        return (state.apicId << 24) >>> 0;
      case REGISTER.version:
        return VERSION;
      case REGISTER.tpr:
        return state.apicTpr;
      case REGISTER.ppr:
        return this.#processorPriority();
      case REGISTER.ldr:
        return state.apicLdr;
      case REGISTER.dfr:
        return state.apicDfr;
      case REGISTER.spurious:
        return state.apicSpurious;
      case REGISTER.esr:
        return state.apicError;
      case REGISTER.icrLow:
        return state.apicIcrLow;
      case REGISTER.icrHigh:
        return state.apicIcrHigh;
      case REGISTER.initialCount:
        return state.apicInitialCount;
      case REGISTER.currentCount:
        return this.timer.count;
      case REGISTER.divide:
        return state.apicDivide;
      default:
        return 0;
    }
  }

  write(offset: number, value: number): void {
    const state = this.#state;
    if (offset >= REGISTER.lvt && offset <= REGISTER.lvtEnd) return this.#writeLvt((offset - REGISTER.lvt) >> 4, value);
    switch (offset & ~15) {
      case REGISTER.tpr:
        state.apicTpr = value & 0xff;
        return this.#changed();
      case REGISTER.eoi:
        return this.#endOfInterrupt();
      case REGISTER.ldr:
        state.apicLdr = value & 0xff00_0000;
        return;
      case REGISTER.dfr:
        state.apicDfr = value | 0x0fff_ffff;
        return;
      case REGISTER.spurious:
        state.apicSpurious = value & 0x1ff;
        if (!(value & SOFTWARE_ENABLED))
          for (let entry = 0; entry < state.apicLvt.length; entry++) state.apicLvt[entry] = at(state.apicLvt, entry) | MASKED;
        return this.#changed();
      case REGISTER.esr:
        state.apicError = state.apicErrorPending;
        state.apicErrorPending = 0;
        return;
      case REGISTER.icrLow:
        state.apicIcrLow = value & ICR_WRITABLE;
        return this.#sendCommand();
      case REGISTER.icrHigh:
        state.apicIcrHigh = value & 0xff00_0000;
        return;
      case REGISTER.initialCount:
        return this.timer.start(value >>> 0);
      case REGISTER.divide:
        return this.timer.divideBy(value & 11);
      case REGISTER.id:
      case REGISTER.version:
      case REGISTER.currentCount:
        return;
      default:
        state.apicErrorPending |= ILLEGAL_REGISTER;
    }
  }

  #writeLvt(entry: number, value: number): void {
    const state = this.#state;
    const before = at(state.apicLvt, LVT.timer + entry);
    let next = value & (LVT_WRITABLE[entry] ?? 0);
    if (!(state.apicSpurious & SOFTWARE_ENABLED)) next |= MASKED;
    state.apicLvt[LVT.timer + entry] = next;
    if (entry === 0) this.timer.modeChanged(before);
    this.#changed();
  }

  #sendCommand(): void {
    const { apicIcrLow: low, apicIcrHigh: high } = this.#state;
    const shorthand = (low >> 18) & 3;
    const own = this.#engine.core;
    const mode = (low >> 8) & 7;
    const level = ((low >> 15) & 1) !== 0;
    const asserted = ((low >> 14) & 1) !== 0;
    // The de-assertion of INIT only synchronises arbitration, which there is none of.
    if (mode === 5 && level && !asserted) return;
    const to: Destination =
      shorthand === SHORTHAND.none
        ? { kind: 'named', number: high >>> 24, logical: ((low >> 11) & 1) !== 0 }
        : shorthand === SHORTHAND.self
          ? { kind: 'core', number: own }
          : { kind: shorthand === SHORTHAND.all ? 'all' : 'others' };
    this.fabric?.send({ to, mode, vector: low & 0xff, level: false }, own);
    this.#changed();
  }
}
