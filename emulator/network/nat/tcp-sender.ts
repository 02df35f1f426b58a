/**
 * The half of a connection that carries bytes to the guest. The way there loses nothing unless the guest has no memory, so
 * there is no congestion to control: the guest's window is the only limit. What it does not acknowledge within a second is
 * sent again, one segment at first, the pauses doubling.
 */
import { distance } from '../wire/tcp.ts';
import { SendQueue } from './send-queue.ts';

/** Milliseconds before the first repetition, and between the last ones. */
const PATIENCE = 1000;
const PATIENCE_MAX = 60_000;
/** Repetitions without a word of the guest's, after which it is given up. */
const TRIES = 12;
/** So many equal acknowledgements in a row say that the guest lacks what follows. */
const REPEATS = 3;

/** A piece to be sent: so many bytes of the queue from `offset` on, and whether the end follows. */
export interface Piece {
  readonly sequence: number;
  readonly offset: number;
  readonly length: number;
  readonly isEnd: boolean;
}

export interface SenderLimits {
  /** Most bytes in one segment on a wire. */
  readonly mss: number;
  /** Most bytes in one frame: several segments where the guest's driver cuts them. */
  readonly burst: number;
}

export class TcpSender {
  readonly queue = new SendQueue();
  /** First number that is not acknowledged; the next to send; and the highest that was ever sent. */
  #first: number;
  #next: number;
  #highest: number;
  #window = 0;
  #isEnded = false;
  #isEndAcknowledged = false;
  #limits: SenderLimits = { mss: 536, burst: 536 };
  #deadline = Infinity;
  #patience = PATIENCE;
  #tries = 0;
  #repeats = 0;
  /** One segment only, until the guest says something. */
  #isProbing = false;

  /** @param initial number of the SYN */
  constructor(initial: number) {
    this.#first = initial;
    this.#next = initial;
    this.#highest = initial;
  }

  get next(): number {
    return this.#next;
  }
  get initial(): number {
    return this.#first;
  }
  /** Whether the end was sent and acknowledged. */
  get isDone(): boolean {
    return this.#isEndAcknowledged;
  }
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The SYN is acknowledged: data may flow. */
  open(limits: SenderLimits, window: number): void {
    this.#limits = limits;
    this.#first = (this.#first + 1) >>> 0;
    this.#next = this.#first;
    this.#highest = this.#first;
    this.#window = window;
    this.#quiet();
  }
  setBurst(burst: number): void {
    this.#limits = { mss: this.#limits.mss, burst };
  }

  /** Nothing more comes after what is queued. */
  end(): void {
    this.#isEnded = true;
  }

  get #inFlight(): number {
    return distance(this.#next, this.#first);
  }
  /** The numbers that are left to be acknowledged: of bytes, and of the end. */
  get #owed(): number {
    return this.queue.length + (this.#isEnded && !this.#isEndAcknowledged ? 1 : 0);
  }

  /** What may be sent now; undefined: nothing. */
  piece(): Piece | undefined {
    const offset = Math.min(this.#inFlight, this.queue.length);
    const left = this.queue.length - offset;
    if (this.#inFlight >= this.#owed) return undefined;
    const sequence = this.#next;
    if (left === 0) return { sequence, offset, length: 0, isEnd: true };
    const { mss, burst } = this.#limits;
    // A closed window is tried with one byte, when its time has come.
    const window = this.#isProbing ? Math.max(1, this.#window) : this.#window - offset;
    const length = Math.min(left, window, this.#isProbing ? mss : wholeSegments(burst, mss));
    if (length <= 0) return undefined;
    // Small pieces wait while others are under way, unless they are the last.
    if (length < mss && length < left && offset > 0) return undefined;
    return { sequence, offset, length, isEnd: false };
  }

  /** The piece was sent. @param now milliseconds @returns how many of its bytes had not been sent before */
  sent({ length, isEnd }: Piece, now: number): number {
    this.#next = (this.#next + length + (isEnd ? 1 : 0)) >>> 0;
    const beyond = distance(this.#next, this.#highest);
    if (beyond > 0) this.#highest = this.#next;
    this.wait(now);
    this.#pausesAfterOne = this.#isProbing;
    return Math.min(length, Math.max(0, beyond));
  }
  /** After a probe nothing follows before an answer. */
  #pausesAfterOne = false;
  get maySend(): boolean {
    return !this.#pausesAfterOne;
  }

  /** Time counts from now on, where there is something to wait for. */
  wait(now: number): void {
    if (this.#deadline === Infinity && this.#owed > 0) this.#deadline = now + this.#patience;
  }
  #quiet(): void {
    this.#deadline = Infinity;
    this.#patience = PATIENCE;
    this.#tries = 0;
    this.#repeats = 0;
    this.#isProbing = false;
    this.#pausesAfterOne = false;
  }

  /** The guest acknowledges. @param window in bytes @returns false for a number that was never sent */
  acknowledged(number: number, window: number, isPlain: boolean, now: number): boolean {
    const count = distance(number, this.#first);
    if (distance(number, this.#highest) > 0) return false;
    if (count < 0) return true;
    this.#tries = 0;
    if (count > 0) {
      const bytes = Math.min(count, this.queue.length);
      this.queue.drop(bytes);
      if (count > bytes) this.#isEndAcknowledged = true;
      this.#first = number >>> 0;
      if (distance(this.#next, this.#first) < 0) this.#next = this.#first;
      this.#window = window;
      this.#quiet();
    } else if (window !== this.#window) {
      this.#window = window;
      // What a closed window was tried with is not there.
      if (this.#isProbing) this.#next = this.#first;
      if (window > 0) this.#quiet();
    } else if (isPlain && this.#inFlight > 0 && ++this.#repeats === REPEATS) this.#again();
    if (this.#owed > 0) this.wait(now);
    return true;
  }

  #again(): void {
    this.#next = this.#first;
    this.#isProbing = true;
    this.#pausesAfterOne = false;
  }

  /** Time has passed. @returns whether something is to be sent again; `given up` when the guest has been silent for too long */
  passed(now: number): boolean | 'given up' {
    if (now < this.#deadline) return false;
    if (++this.#tries > TRIES) return 'given up';
    this.#patience = Math.min(PATIENCE_MAX, 2 * this.#patience);
    this.#deadline = now + this.#patience;
    this.#again();
    return true;
  }
}

/** As many whole segments as fit. */
const wholeSegments = (burst: number, mss: number): number => Math.max(1, Math.floor(burst / mss)) * mss;
