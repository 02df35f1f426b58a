/** One direction of a cable that is slower, longer or worse than a wire: frames wait for their turn, and some are lost. */
import type { Frame } from '../../device/kit/network.ts';
import { asOnWire } from '../wire/finish.ts';

/** What a cable does to frames, each way. */
export interface Impairment {
  /** Bits a second. */
  readonly rate?: number | undefined;
  /** Milliseconds. */
  readonly delay?: number | undefined;
  /** Of a hundred frames, so many are lost. */
  readonly loss?: number | undefined;
}

/** Frames that may be under way; what comes beyond is dropped, as by any router. */
const FRAMES_MAX = 1000;
/** Bytes that go at once before the rate holds. */
const BURST = 64 * 1024;

export class ImpairedDirection {
  readonly #random: () => number;
  #waiting: { readonly due: number; readonly frame: Frame }[] = [];
  /** When the wire is free again. */
  #free = -Infinity;
  lost = 0;

  /** @param random from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }
  /** When the next frame is due. */
  get due(): number | undefined {
    return this.#waiting[0]?.due;
  }

  /** A frame sets out at `now`. */
  add(frame: Frame, now: number, { rate, delay = 0, loss = 0 }: Impairment): void {
    // What is lost is what a wire carries, not a burst of forty segments.
    for (const each of loss > 0 || rate !== undefined ? asOnWire(frame) : [frame]) {
      if ((loss > 0 && this.#random() * 100 < loss) || this.#waiting.length >= FRAMES_MAX) this.lost++;
      else this.#waiting.push({ due: this.#sent(each.bytes.length, now, rate) + delay, frame: each });
    }
  }
  /** @returns when the last bit of so many bytes has been sent */
  #sent(bytes: number, now: number, rate: number | undefined): number {
    if (rate === undefined) return now;
    const perByte = 8000 / rate;
    this.#free = Math.max(this.#free, now - BURST * perByte) + bytes * perByte;
    return Math.max(now, this.#free);
  }

  /** The frames that have arrived by `now`, in order. */
  arrived(now: number): readonly Frame[] {
    // A change of the delay does not let frames overtake each other.
    const index = this.#waiting.findIndex(({ due }) => due > now);
    return this.#waiting.splice(0, index < 0 ? this.#waiting.length : index).map(({ frame }) => frame);
  }
  /** Puts back those that could not be handed over. */
  putBack(frames: readonly Frame[], now: number): void {
    this.#waiting.unshift(...frames.map((frame) => ({ due: now, frame })));
  }
  clear(): void {
    this.#waiting = [];
    this.#free = -Infinity;
  }
}
