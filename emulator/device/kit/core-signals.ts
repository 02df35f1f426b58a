/**
 * How the board reaches a core: its interrupt lines and a word that wakes it. Both lie in shared
 * memory, so that any thread may raise a line; the core sleeps in `Atomics.wait` while `attention` is 0.
 */
import { WANTED } from '../../memory/attention.ts';
import { schema, u32 } from '../../snapshot/schema.ts';

export const coreSignals = schema('core-signals', 1, {
  /** Not 0 but WANTED: the core must look at its lines (and at what else the engine keeps) before running on. */
  attention: u32(),
  /** The lines that hardware drives, as bits on which the board's devices and its architecture agree. */
  lines: u32(),
});

/** One core's signals over shared memory; safe from any thread. */
export class CoreSignals {
  /** The two words themselves, for `Atomics` in the engine: `ATTENTION` and `LINES` index it. */
  readonly words: Int32Array;

  /** @param base byte offset of the core's `core-signals` state */
  constructor(buffer: SharedArrayBuffer, base: number) {
    this.words = new Int32Array(buffer, base, 2);
  }

  /** The lines now driven. */
  get lines(): number {
    return Atomics.load(this.words, LINES);
  }

  /** Drives the bits of `mask` high and wakes the core if any was low. */
  raise(mask: number): void {
    if ((Atomics.or(this.words, LINES, mask) & mask) !== mask) this.nudge();
  }

  /** Drives the bits of `mask` low; the core looks again if any was high. */
  lower(mask: number): void {
    if ((Atomics.and(this.words, LINES, ~mask) & mask) !== 0) this.nudge();
  }

  /** `raise` or `lower` by `level`. */
  drive(mask: number, level: boolean): void {
    if (level) this.raise(mask);
    else this.lower(mask);
  }

  /** Makes the core look again, though no line changed (a deadline moved, the owner wants something). */
  nudge(): void {
    Atomics.store(this.words, ATTENTION, WANTED);
    Atomics.notify(this.words, ATTENTION);
  }
}

/** Indexes into `CoreSignals.words`. */
export const ATTENTION = coreSignals.offsets.attention / 4;
export const LINES = coreSignals.offsets.lines / 4;
