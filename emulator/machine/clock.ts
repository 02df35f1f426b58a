/** The machine's clock, read from the host's monotonic one; the same on every thread, standing still while the machine does. */
import { type Clock, TICKS_PER_SECOND } from '../device/kit/wiring.ts';

/** The host's time, monotonic and common to all threads of the process: `process.hrtime`. */
export type MonotonicTime = () => readonly [seconds: number, nanoseconds: number];

/** Words that all threads share: seconds and nanoseconds each (see layout.ts). */
interface ClockWords {
  readonly clockOrigin: Int32Array;
  readonly clockHeld: Int32Array;
}

const SECOND = 1_000_000_000;
const TICKS = BigInt(TICKS_PER_SECOND);
const wordsOf = (words: Int32Array): readonly [number, number] => [words[0] ?? 0, words[1] ?? 0];
/** Nanoseconds from one time to another. */
const since = (from: Int32Array, [seconds, nanoseconds]: readonly [number, number]): number =>
  (seconds - (from[0] ?? 0)) * SECOND + nanoseconds - (from[1] ?? 0);

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
    const [seconds, nanoseconds] = this.#isHeld() ? wordsOf(this.#held) : this.#now();
    const [passed, part] = [Number(ticks / TICKS), Number(ticks % TICKS) * 100];
    this.#setOrigin(seconds - passed, nanoseconds - part);
  }
  ticks(): number {
    return Math.floor(this.nanoseconds() / 100);
  }
  nanoseconds(): number {
    return this.#isHeld() ? since(this.#origin, wordsOf(this.#held)) : since(this.#origin, this.#now());
  }
  /** Stops the clock while the cores stand still. Only by whoever made them. */
  hold(): void {
    if (!this.#isHeld()) this.#held.set(this.#now());
  }
  /** Lets it run on from where it stood. @returns nanoseconds for which it was held */
  release(): bigint {
    if (!this.#isHeld()) return 0n;
    const now = this.#now();
    const held = since(this.#held, now);
    const [[from, fromPart], [origin, originPart]] = [wordsOf(this.#held), wordsOf(this.#origin)];
    this.#setOrigin(origin + now[0] - from, originPart + now[1] - fromPart);
    this.#held.fill(0);
    return BigInt(held);
  }
  /** A machine may have run for longer than the host: then its clock read 0 before the host's did, at seconds below 0. */
  #setOrigin(seconds: number, nanoseconds: number): void {
    const over = Math.floor(nanoseconds / SECOND);
    this.#origin.set([seconds + over, nanoseconds - over * SECOND]);
  }
  #isHeld(): boolean {
    return this.#held[0] !== 0 || this.#held[1] !== 0;
  }
}
