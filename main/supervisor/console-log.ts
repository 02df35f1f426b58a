/**
 * One console's output: kept (the last 1 MiB, also in the library), handed to attached channels, and acknowledged to
 * the guest. A channel is a cursor into what is kept, so that any number of slow or vanished clients costs no memory:
 * one that falls off the end is told how much it missed. A channel that keeps acknowledging holds the guest back
 * (back-pressure ends at the UART); one that stops for `PATIENCE` no longer does, until it has caught up.
 */
import { HISTORY_BYTES, type StoredTail } from '../library/console-records.ts';
import { CHANNEL_WINDOW } from '../../preload/contract/wire.ts';
import { ByteRing } from './byte-ring.ts';

/** How long a silent channel may hold the guest, in milliseconds: longer than a busy window's hiccup. */
const PATIENCE = 500;
/** Largest piece handed to a channel at once, so that one console does not delay the others on the same connection. */
const PIECE = 32 * 1024;

/** Who listens on a channel. */
export interface ChannelListener {
  output(bytes: Uint8Array): void;
  skipped(bytes: number): void;
}
/** An attachment, as its owner uses it. */
export interface Channel {
  /** Bytes that were printed before the channel was opened and will be sent first. */
  readonly historyBytes: number;
  /** Output flows from here on. */
  begin(): void;
  acknowledge(count: number): void;
  close(): void;
}

interface Cursor {
  readonly listener: ChannelListener;
  sent: number;
  acknowledged: number;
  /** When the channel last acknowledged something, or had nothing to acknowledge. */
  progressAt: number;
  holds: boolean;
}

export class ConsoleLog {
  readonly #ring: ByteRing;
  readonly #cursors = new Set<Cursor>();
  #acknowledgeGuest: ((count: number) => void) | undefined;
  /** Position up to which the guest's output has been acknowledged. */
  #released: number;
  #patience: NodeJS.Timeout | undefined;
  /** Bytes not yet released that no guest waits for. */
  #inserted = 0;

  /** @param stored what earlier runs printed */
  constructor(stored: StoredTail = { end: 0, bytes: new Uint8Array() }) {
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

  open(listener: ChannelListener): Channel {
    const { start, end } = this.#ring;
    const cursor: Cursor = { listener, sent: start, acknowledged: start, progressAt: Date.now(), holds: true };
    return {
      historyBytes: end - start,
      begin: () => {
        cursor.progressAt = Date.now();
        this.#cursors.add(cursor);
        this.#pump(cursor);
      },
      acknowledge: (count) => this.#acknowledged(cursor, count),
      close: () => {
        this.#cursors.delete(cursor);
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

  #pump(cursor: Cursor): void {
    if (!this.#cursors.has(cursor)) return;
    if (cursor.acknowledged === cursor.sent && cursor.sent === this.#ring.end) cursor.progressAt = Date.now();
    for (;;) {
      const { start, end } = this.#ring;
      const room = cursor.acknowledged + CHANNEL_WINDOW - cursor.sent;
      // A channel without room is told of a gap when it reads again, once, not with every piece it misses.
      if (room <= 0) return;
      if (cursor.sent < start) {
        const missed = start - cursor.sent;
        cursor.sent = start;
        cursor.acknowledged += missed;
        cursor.listener.skipped(missed);
      }
      const count = Math.min(end - cursor.sent, room, PIECE);
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
    let oldest = Infinity;
    for (const cursor of this.#cursors) {
      const allowed = cursor.acknowledged + CHANNEL_WINDOW;
      if (!cursor.holds || allowed >= this.#ring.end) continue;
      if (now - cursor.progressAt >= PATIENCE) {
        cursor.holds = false;
        continue;
      }
      limit = Math.min(limit, allowed);
      oldest = Math.min(oldest, cursor.progressAt);
    }
    if (limit > this.#released) {
      const released = limit - this.#released;
      this.#released = limit;
      // In which order matters little: the guest is only ever held back for a moment longer.
      const inserted = Math.min(this.#inserted, released);
      this.#inserted -= inserted;
      if (released > inserted) this.#acknowledgeGuest?.(released - inserted);
    }
    clearTimeout(this.#patience);
    this.#patience = oldest === Infinity ? undefined : setTimeout(() => this.#release(), oldest + PATIENCE - now).unref();
  }
}
