/**
 * The half of a connection that takes bytes from the guest. They come in order, or the guest sends them again: nothing is
 * kept for later. The window is what the host's side has room for, and its right edge never moves back.
 */
import { distance } from '../wire/tcp.ts';

/** How much of a guest's may wait for the host, in bytes: with windows that scale, and without. */
const SCALED_WINDOW = 1024 * 1024;
const PLAIN_WINDOW = 65_535;

export class TcpReceiver {
  /** The number that comes next. */
  #next: number;
  /** First number beyond the window as the guest knows it. */
  #edge: number;
  readonly #scale: number;
  readonly #limit: number;
  #isEnded = false;

  /** @param next first number of data @param scale bits by which windows are shifted; 0: the guest does not scale */
  constructor(next: number, scale: number) {
    this.#next = next >>> 0;
    this.#edge = next >>> 0;
    this.#scale = scale;
    this.#limit = scale > 0 ? SCALED_WINDOW : PLAIN_WINDOW;
  }

  get next(): number {
    return this.#next;
  }
  /** Whether the guest has ended its direction. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The window for a header, not scaled where `isSyn`. @param backlog bytes that wait for the host */
  window(backlog: number, isSyn: boolean): number {
    const free = Math.max(0, this.#limit - backlog);
    const unit = isSyn ? 1 : 2 ** this.#scale;
    const open = Math.max(free, distance(this.#edge, this.#next));
    // Rounded up, as the edge would move back otherwise.
    const announced = Math.min(0xffff, Math.ceil(open / unit));
    const edge = (this.#next + announced * unit) >>> 0;
    if (distance(edge, this.#edge) > 0) this.#edge = edge;
    return announced;
  }
  /**
   * Whether the window has so much more room than the guest knows that it should be told. A guest that knows of enough to go on
   * learns of more with the acknowledgement of what it sends: of each new connection's first window, which cannot be scaled, too.
   */
  shouldTell(backlog: number): boolean {
    const known = distance(this.#edge, this.#next);
    return known <= PLAIN_WINDOW / 2 && this.#limit - backlog - known >= this.#limit / 2;
  }
  /** Whether a number lies in the window. */
  isInWindow(number: number): boolean {
    return distance(number, this.#next) >= 0 && distance(number, this.#edge) <= 0;
  }

  /**
   * Takes what is new of a segment's data. @param isEnd whether its sender's end follows the data
   * @returns the new bytes, and whether the end came; undefined where nothing of it can be used: it is acknowledged again
   */
  take(sequence: number, data: Uint8Array, isEnd: boolean): { readonly bytes: Uint8Array; readonly isEnd: boolean } | undefined {
    const seen = distance(this.#next, sequence);
    if (this.#isEnded || seen < 0 || seen > data.length || (seen === data.length && !isEnd)) return undefined;
    const fresh = data.subarray(seen);
    const room = distance(this.#edge, this.#next);
    const bytes = fresh.length > room ? fresh.subarray(0, Math.max(0, room)) : fresh;
    const ends = isEnd && bytes.length === fresh.length;
    if (bytes.length === 0 && !ends) return undefined;
    this.#next = (this.#next + bytes.length + (ends ? 1 : 0)) >>> 0;
    if (distance(this.#next, this.#edge) > 0) this.#edge = this.#next;
    this.#isEnded = ends;
    return { bytes, isEnd: ends };
  }
}
