/**
 * The platform-level interrupt controller (RISC-V PLIC specification 1.0.0), in the shape QEMU's `virt` and SiFive's
 * chips have: 95 level-triggered sources, two contexts a hart (machine, then supervisor mode). A source is pending
 * while its line is high and nobody has claimed it.
 */
import type { CoreSignals } from '../kit/core-signals.ts';
import { DeviceCore, type Place } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { PlicFront } from './registers.ts';
import { MEIP, SEIP } from './lines.ts';
import { HIGHEST_PRIORITY, SOURCES, SOURCE_WORDS, plicState } from './state.ts';

export class Plic extends DeviceCore<ReturnType<typeof plicState>['fields']> implements PlicFront {
  readonly #signals: readonly CoreSignals[];

  constructor(name: string, place: Place, signals: readonly CoreSignals[]) {
    super(name, plicState(signals.length * 2), place);
    this.#signals = signals;
  }

  get contexts(): number {
    return this.#signals.length * 2;
  }

  /** The line of a source (1 to 95), to be given to a device. */
  line(source: number): InterruptLine {
    if (source < 1 || source >= SOURCES) throw new Error(`the PLIC has no source ${source}`);
    const word = source >> 5;
    const bit = 1 << (source & 31);
    return {
      set: (level) => {
        // A source's level is changed by its own device only, under that device's lock: unchanged needs no lock of ours.
        if ((((this.state.level[word] as number) & bit) !== 0) !== level) this.lock.hold(() => this.#setLevel(word, bit, level));
      },
    };
  }

  #setLevel(word: number, bit: number, level: boolean): void {
    const before = this.state.level[word] as number;
    this.state.level[word] = level ? before | bit : before & ~bit;
    this.#update();
  }

  pending(word: number): number {
    return (this.state.level[word] as number) & ~(this.state.claimed[word] as number);
  }

  setPriority(source: number, value: number): void {
    if (source === 0) return;
    this.state.priority[source] = value & HIGHEST_PRIORITY;
    this.#update();
  }

  setEnable(context: number, word: number, value: number): void {
    this.state.enable[context * SOURCE_WORDS + word] = word === 0 ? value & ~1 : value;
    this.#update();
  }

  setThreshold(context: number, value: number): void {
    this.state.threshold[context] = value & HIGHEST_PRIORITY;
    this.#update();
  }

  claim(context: number): number {
    // A claim ignores the threshold (specification, chapter 8).
    const source = this.#mostUrgent(context, 0);
    if (source !== 0) {
      this.state.claimed[source >> 5] = (this.state.claimed[source >> 5] as number) | (1 << (source & 31));
      this.#update();
    }
    return source;
  }

  complete(context: number, source: number): void {
    if (source >= SOURCES) return;
    const word = source >> 5;
    const bit = 1 << (source & 31);
    // Completing a source that is not enabled for the context is ignored (specification, chapter 9).
    if (((this.state.enable[context * SOURCE_WORDS + word] as number) & bit) === 0) return;
    this.state.claimed[word] = (this.state.claimed[word] as number) & ~bit;
    this.#update();
  }

  /** The pending, enabled source of highest priority above `threshold`; the lowest number wins a tie; 0 if none. */
  #mostUrgent(context: number, threshold: number): number {
    let best = 0;
    let highest = threshold;
    for (let word = 0; word < SOURCE_WORDS; word++) {
      let candidates = this.pending(word) & (this.state.enable[context * SOURCE_WORDS + word] as number);
      while (candidates !== 0) {
        const bit = 31 - Math.clz32(candidates & -candidates);
        candidates &= candidates - 1;
        const priority = this.state.priority[word * 32 + bit] as number;
        if (priority <= highest) continue;
        highest = priority;
        best = word * 32 + bit;
      }
    }
    return best;
  }

  #update(): void {
    for (let context = 0; context < this.contexts; context++) {
      const urgent = this.#mostUrgent(context, this.state.threshold[context] as number) !== 0;
      this.#signals[context >> 1]?.drive((context & 1) === 0 ? MEIP : SEIP, urgent);
    }
  }
}
