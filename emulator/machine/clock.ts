/** The machine's clock, read from the host's monotonic one; the same on every thread, standing still while the machine does. */
import { type Clock, TICKS_PER_SECOND } from '../device/kit/wiring.ts';

type Time = readonly [seconds: number, nanoseconds: number];
/** The host's time, monotonic and common to all threads of the process: `process.hrtime`. */
export type MonotonicTime = () => Time;

/** Words that all threads share (see layout.ts). */
interface ClockWords {
  readonly clockOrigin: Int32Array;
  readonly clockHeld: Int32Array;
}

const SECOND = 1_000_000_000;
const TICKS = BigInt(TICKS_PER_SECOND);
const wordsOf = (words: Int32Array): Time => [words[0] ?? 0, words[1] ?? 0];
/** Nanoseconds from one time to another. */
const since = (from: Time, to: Time): number => (to[0] - from[0]) * SECOND + to[1] - from[1];

/** Guests that tell time read it some 100,000 times a second, so that it is worked out in plain numbers. */
export class MachineClock implements Clock {
  readonly #origin: Int32Array;
  readonly #held: Int32Array;
  readonly #now: MonotonicTime;
  constructor({ clockOrigin, clockHeld }: ClockWords, now: MonotonicTime) {
    this.#origin = clockOrigin;
    this.#held = clockHeld;
    this.#now = now;
  }
  /** Sets the clock: to 0, or to where a saved machine's clock stood. Whether it runs or is held stays so. */
  start(ticks = 0n): void {
    const [seconds, nanoseconds] = this.#stoodAt() ?? this.#now();
    const [passed, part] = [Number(ticks / TICKS), Number(ticks % TICKS) * 100];
    this.#setOrigin(seconds - passed, nanoseconds - part);
  }
  ticks(): number {
    return Math.floor(this.nanoseconds() / 100);
  }
  nanoseconds(): number {
    return since(wordsOf(this.#origin), this.#stoodAt() ?? this.#now());
  }
  /** Stops the clock while the cores stand still. Only by whoever made them. */
  hold(): void {
    if (this.#stoodAt()) return;
    const [seconds, nanoseconds] = this.#now();
    // The word that says so comes last: other threads read meanwhile.
    this.#held[1] = nanoseconds;
    this.#held[0] = seconds + 1;
  }
  /** Lets it run on from where it stood. @returns nanoseconds for which it was held */
  release(): bigint {
    const stood = this.#stoodAt();
    if (!stood) return 0n;
    const now = this.#now();
    const [seconds, nanoseconds] = wordsOf(this.#origin);
    this.#setOrigin(seconds + now[0] - stood[0], nanoseconds + now[1] - stood[1]);
    this.#held[0] = 0;
    return BigInt(since(stood, now));
  }
  /** A machine may have run for longer than the host: then its clock read 0 before the host's did, at seconds below 0. */
  #setOrigin(seconds: number, nanoseconds: number): void {
    const over = Math.floor(nanoseconds / SECOND);
    this.#origin.set([seconds + over, nanoseconds - over * SECOND]);
  }
  /** Since when it is held. */
  #stoodAt(): Time | undefined {
    const [following, nanoseconds] = wordsOf(this.#held);
    return following === 0 ? undefined : [following - 1, nanoseconds];
  }
}
