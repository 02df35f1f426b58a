/**
 * Carries one console's output to its owner, on the I/O thread: at once when the console was quiet, then in batches, and
 * never more than the owner has acknowledged and a little. What is beyond stays with the guest.
 *
 * Every batch costs its owner messages and a drawn frame, which take the processor that the guest, and the echo of a key,
 * wait for. A console that prints without end, and so little that its device holds it meanwhile, therefore rests longer
 * between batches, until somebody types.
 */

/** Bytes of a terminal that may be on their way to the owner. */
export const UNACKNOWLEDGED_MAX = 100 * 1024;

/** How a console's output is carried. */
export interface Pace {
  /** Bytes of a batch. */
  readonly batch: number;
  /** Bytes that may be on their way to the owner. */
  readonly unacknowledged: number;
  /** Milliseconds between two batches. */
  readonly rest: number;
  /** The same of a console that has printed without a pause for long. */
  readonly longRest: number;
}
/** What people read: few batches, so that a guest that prints in a loop costs its owner little. */
export const TERMINAL_PACE: Pace = { batch: 32 * 1024, unacknowledged: UNACKNOWLEDGED_MAX, rest: 5, longRest: 5 };
/** A terminal whose device holds what is printed during a rest: a frame is drawn so often at least. */
export const BUFFERED_PACE: Pace = { ...TERMINAL_PACE, longRest: 30 };
/** What programs read: as fast as they do. */
export const CHANNEL_PACE: Pace = { batch: 128 * 1024, unacknowledged: 512 * 1024, rest: 0, longRest: 0 };
const LAST_BATCH_BYTES = 32 * 1024;
/** So many batches follow each other closely after a quiet moment or a key: 80 milliseconds of a terminal's, or more. */
const CLOSE_BATCHES = 16;
/** A quiet moment, in milliseconds: on a busy host a guest that prints without end gets no processor for shorter ones. */
const QUIET_MS = 60;
/** A guest that prints more between two batches is not kept from going on. */
const LONG_REST_BYTES = 4 * 1024;
/** A batch is put together from so many pieces at most: a guest may offer its bytes one by one, in chains that are long to read. */
const BATCH_PIECES = 1024;

/** Calls `action` once after so many milliseconds. */
export type Later = (milliseconds: number, action: () => void) => void;
/** Gives bytes to the owner; a promise holds back the next batch until it resolves. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>;

export class OutputPump {
  readonly #source: (most: number) => Uint8Array;
  readonly #sink: Sink;
  readonly #later: Later;
  readonly #held: () => boolean;
  readonly #pace: Pace;
  #unacknowledged = 0;
  #resting = false;
  #closeBatches = CLOSE_BATCHES;
  /** Counts rests: one that was cut short ends nothing any more. */
  #rests = 0;
  #isLong = false;
  /** The rest after which nothing was printed. */
  #quietAfter = -1;

  /**
   * @param source takes up to so many bytes out of the console; empty when there are none
   * @param held whether nothing may be taken now; `notified` when that is over
   */
  constructor(source: (most: number) => Uint8Array, sink: Sink, later: Later, held: () => boolean = () => false, pace = TERMINAL_PACE) {
    this.#source = source;
    this.#sink = sink;
    this.#later = later;
    this.#held = held;
    this.#pace = pace;
  }

  /** The console may have output. */
  notified(): void {
    if (this.#resting || this.#held()) return;
    const most = Math.min(this.#pace.batch, this.#pace.unacknowledged - this.#unacknowledged);
    const bytes = this.#gather(most);
    if (bytes.length === 0) {
      if (most > 0) this.#expectQuiet();
      return;
    }
    this.#unacknowledged += bytes.length;
    this.#resting = true;
    const given = this.#sink(bytes);
    const rest = ++this.#rests;
    this.#isLong = this.#closeBatches === 0 && bytes.length <= LONG_REST_BYTES && !given;
    this.#closeBatches = Math.max(0, this.#closeBatches - 1);
    this.#later(this.#isLong ? this.#pace.longRest : this.#pace.rest, () => {
      if (given) void given.then(() => this.#goOn(rest));
      else this.#goOn(rest);
    });
  }

  /** Nothing is printed now: where it stays so, what is printed next is carried closely again. */
  #expectQuiet(): void {
    const rest = this.#rests;
    if (this.#closeBatches === CLOSE_BATCHES || this.#quietAfter === rest) return;
    this.#quietAfter = rest;
    this.#later(QUIET_MS, () => {
      if (this.#rests === rest) this.#closeBatches = CLOSE_BATCHES;
    });
  }

  #goOn(rest: number): void {
    if (this.#rests !== rest) return;
    this.#resting = false;
    this.notified();
  }

  /** The owner has typed: what the guest says to that is carried soon. */
  hasten(): void {
    this.#closeBatches = CLOSE_BATCHES;
    if (!this.#resting || !this.#isLong) return;
    this.#rests++;
    this.#resting = false;
    this.notified();
  }

  /** The owner has dealt with so many bytes. */
  acknowledge(count: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - count);
    this.notified();
  }

  /** Gives at once what waits now, at most `most` bytes, whatever the owner has acknowledged: a snapshot point. */
  flush(most: number): void {
    const bytes = this.#gather(most);
    if (bytes.length === 0) return;
    this.#unacknowledged += bytes.length;
    void this.#sink(bytes);
  }

  /** Gives everything that is left to the owner, whatever it has acknowledged: the machine has ended. */
  async finish(most: number): Promise<void> {
    for (let left = most; left > 0;) {
      const bytes = this.#gather(Math.min(LAST_BATCH_BYTES, left));
      if (bytes.length === 0) return;
      left -= bytes.length;
      await this.#sink(bytes);
    }
  }

  #gather(most: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let count = 0;
    while (count < most && parts.length < BATCH_PIECES) {
      const part = this.#source(most - count);
      if (part.length === 0) break;
      parts.push(part);
      count += part.length;
    }
    if (parts.length === 1) return parts[0] as Uint8Array;
    const all = new Uint8Array(count);
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  }
}
