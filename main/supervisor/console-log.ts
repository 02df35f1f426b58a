/**
 * One console's output: kept (the last 1 MiB, also in the library), handed to attached channels, and acknowledged to
 * the guest. A channel is a cursor into what is kept, so that any number of slow or vanished clients costs no memory:
 * one that falls off the end is told how much it missed. A channel that keeps acknowledging holds the guest back
 * (back-pressure ends at the UART); one that stops for `PATIENCE` no longer does, until it has caught up. A channel that
 * wants the output whole holds the guest back for as long as it is attached, and whoever looks at the machine is told.
 */
import { HISTORY_BYTES, type StoredTail } from '../library/console-records.ts';
import { CHANNEL_WINDOW, type Attachment } from '../../preload/contract/wire.ts';
import { Answering } from './answering.ts';
import { ByteRing } from './byte-ring.ts';

/** How long a silent channel may hold the guest, in milliseconds: longer than a busy window's hiccup. */
const PATIENCE = 500;
/** A guest that a silent channel holds for so many milliseconds is said to wait. */
const WORTH_TELLING = 5000;
/** Output under way to a channel that wants all of it must not push what it has not got yet out of what is kept. */
const WHOLE_HISTORY = HISTORY_BYTES - 4 * CHANNEL_WINDOW;
/** Largest piece handed to a channel at once, so that one console does not delay the others on the same connection. */
const PIECE = 32 * 1024;

/** Who listens on a channel. */
export interface ChannelListener {
  output(bytes: Uint8Array): void;
  skipped(bytes: number): void;
  /** Of a terminal: whether it is to answer the questions in the output that follows. At first it is not. */
  answers?(answers: boolean): void;
}
/** An attachment, as its owner uses it. */
export interface Channel {
  /** Bytes that were printed before the channel was opened and will be sent first. */
  readonly historyBytes: number;
  /** Where in all that the console ever printed they begin. */
  readonly position: number;
  /** Output flows from here on. */
  begin(): void;
  acknowledge(count: number): void;
  /** Somebody has typed here. */
  touched(): void;
  /** Resolves when everything printed so far has been given to the listener, or the channel is closed. */
  finish(): Promise<void>;
  close(): void;
}

interface Cursor {
  readonly listener: ChannelListener;
  sent: number;
  acknowledged: number;
  /** When the channel last acknowledged something, or had nothing to acknowledge. */
  progressAt: number;
  holds: boolean;
  readonly whole: boolean;
  /** Where in the output it begins and ceases to be the terminal that answers. */
  readonly roles: { readonly position: number; readonly answers: boolean }[];
  /** Whoever waits for the output up to a position. */
  readonly waiting: { readonly position: number; readonly reached: () => void }[];
}

export class ConsoleLog {
  readonly #ring: ByteRing;
  readonly #cursors = new Set<Cursor>();
  #acknowledgeGuest: ((count: number) => void) | undefined;
  /** Position up to which the guest's output has been acknowledged. */
  #released: number;
  #patience: NodeJS.Timeout | undefined;
  #waits = false;
  readonly #answering = new Answering<Cursor>((cursor, answers) => {
    cursor.roles.push({ position: this.#ring.end, answers });
    this.#pump(cursor);
  });
  readonly #waitsChanged: (waits: boolean) => void;
  /** Bytes not yet released that no guest waits for. */
  #inserted = 0;

  /**
   * @param stored what earlier runs printed
   * @param waitsChanged told when the guest begins or ceases to wait for a channel that has stopped reading
   */
  constructor(stored: StoredTail = { end: 0, bytes: new Uint8Array() }, waitsChanged: (waits: boolean) => void = () => undefined) {
    this.#waitsChanged = waitsChanged;
    this.#ring = new ByteRing(HISTORY_BYTES, stored.end - stored.bytes.length);
    this.#ring.append(stored.bytes);
    this.#released = this.#ring.end;
  }

  get start(): number {
    return this.#ring.start;
  }
  get end(): number {
    return this.#ring.end;
  }
  slice(from: number, to: number): Uint8Array {
    return this.#ring.slice(from, to);
  }
  /** The last bytes, at most `count`. */
  tail(count = HISTORY_BYTES): Uint8Array {
    return this.#ring.slice(Math.max(this.#ring.start, this.#ring.end - count), this.#ring.end);
  }
  clear(): void {
    this.#ring.clear();
  }

  /** A new run begins: its output is acknowledged through `acknowledge`. */
  attachGuest(acknowledge: (count: number) => void): void {
    this.#acknowledgeGuest = acknowledge;
    this.#released = this.#ring.end;
    this.#inserted = 0;
  }

  /** Appends what no guest printed, and so waits for no acknowledgement. */
  insert(bytes: Uint8Array): void {
    this.#inserted += bytes.length;
    this.append(bytes);
  }

  /** The guest printed. */
  append(bytes: Uint8Array): void {
    this.#ring.append(bytes);
    for (const cursor of this.#cursors) this.#pump(cursor);
    this.#release();
  }

  open(listener: ChannelListener, { whole, terminal }: Attachment = { whole: false, terminal: true }): Channel {
    const { end } = this.#ring;
    const start = whole ? Math.max(this.#ring.start, end - WHOLE_HISTORY) : this.#ring.start;
    const cursor: Cursor = {
      listener,
      sent: start,
      acknowledged: start,
      progressAt: Date.now(),
      holds: true,
      whole,
      roles: [],
      waiting: [],
    };
    const touched = () => (terminal && this.#cursors.has(cursor) ? this.#answering.active(cursor) : undefined);
    return {
      historyBytes: end - start,
      position: start,
      begin: () => {
        cursor.progressAt = Date.now();
        this.#cursors.add(cursor);
        touched();
        this.#pump(cursor);
      },
      touched,
      acknowledge: (count) => this.#acknowledged(cursor, count),
      finish: () =>
        new Promise((reached) => {
          cursor.waiting.push({ position: this.#ring.end, reached });
          this.#tellReached(cursor);
        }),
      close: () => {
        this.#cursors.delete(cursor);
        this.#answering.left(cursor);
        for (const { reached } of cursor.waiting.splice(0)) reached();
        this.#release();
      },
    };
  }

  #acknowledged(cursor: Cursor, count: number): void {
    cursor.acknowledged = Math.min(cursor.sent, cursor.acknowledged + count);
    cursor.progressAt = Date.now();
    this.#pump(cursor);
    if (cursor.acknowledged === this.#ring.end) cursor.holds = true;
    this.#release();
  }

  #tellRoles({ roles, sent, listener }: Cursor): void {
    for (let next = roles[0]; next && next.position <= sent; next = roles[0]) {
      roles.shift();
      listener.answers?.(next.answers);
    }
  }

  #tellReached({ waiting, sent }: Cursor): void {
    while (waiting[0] && waiting[0].position <= sent) waiting.shift()?.reached();
  }

  #pump(cursor: Cursor): void {
    if (!this.#cursors.has(cursor)) return;
    this.#give(cursor);
    this.#tellReached(cursor);
  }
  #give(cursor: Cursor): void {
    if (cursor.acknowledged === cursor.sent && cursor.sent === this.#ring.end) cursor.progressAt = Date.now();
    for (;;) {
      const { start, end } = this.#ring;
      this.#tellRoles(cursor);
      const room = cursor.acknowledged + CHANNEL_WINDOW - cursor.sent;
      // A channel without room is told of a gap when it reads again, once, not with every piece it misses.
      if (room <= 0) return;
      if (cursor.sent < start) {
        const missed = start - cursor.sent;
        cursor.sent = start;
        cursor.acknowledged += missed;
        cursor.listener.skipped(missed);
        continue;
      }
      const count = Math.min((cursor.roles[0]?.position ?? end) - cursor.sent, room, PIECE);
      if (count <= 0) return;
      const bytes = this.#ring.slice(cursor.sent, cursor.sent + count);
      cursor.sent += count;
      cursor.listener.output(bytes);
    }
  }

  /** Acknowledges to the guest what every holding channel leaves room for. */
  #release(): void {
    const now = Date.now();
    let limit = this.#ring.end;
    let waits = false;
    let lookAgain = Infinity;
    for (const cursor of this.#cursors) {
      const allowed = cursor.acknowledged + CHANNEL_WINDOW;
      if (!cursor.holds || allowed >= this.#ring.end) continue;
      const patience = cursor.progressAt + (cursor.whole ? WORTH_TELLING : PATIENCE);
      if (now < patience) lookAgain = Math.min(lookAgain, patience);
      else if (cursor.whole) waits = true;
      else {
        cursor.holds = false;
        continue;
      }
      limit = Math.min(limit, allowed);
    }
    if (waits !== this.#waits) this.#waitsChanged((this.#waits = waits));
    if (limit > this.#released) {
      const released = limit - this.#released;
      this.#released = limit;
      // In which order matters little: the guest is only ever held back for a moment longer.
      const inserted = Math.min(this.#inserted, released);
      this.#inserted -= inserted;
      if (released > inserted) this.#acknowledgeGuest?.(released - inserted);
    }
    clearTimeout(this.#patience);
    this.#patience = lookAgain === Infinity ? undefined : setTimeout(() => this.#release(), lookAgain - now).unref();
  }
}
