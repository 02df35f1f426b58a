/**
 * Holds one console's input, on the I/O thread, until the guest has room for it. Bytes pass the input gate at the
 * moment they enter the guest's device, not when they were typed. Nothing is dropped: whoever writes is told when the
 * guest has taken it, and writes no more than it wants to have waiting here.
 */
import type { InputGate } from '../../device/kit/input-gate.ts';
import type { Later } from './output-pump.ts';

/** Buffers of the guest's that are filled in one turn of the event loop; it may offer new ones as fast as they are filled. */
const TURN_BUFFERS = 64;

/** The guest's side of a console's input. */
export interface InputPort {
  /** @param waiting bytes of input that there are */
  room(waiting: number): number;
  put(bytes: Uint8Array): void;
}

/** Told how many bytes of what was added the guest has taken: all, or fewer because the rest was forgotten. */
export type Taken = (count: number) => void;

interface Waiting {
  readonly bytes: Uint8Array;
  /** How much of it the guest has. */
  given: number;
  readonly taken: Taken;
}

/** What the queue gets of its surroundings. */
export interface InputTiming {
  /** Calls back after what the event loop has waiting. */
  readonly soon: (action: () => void) => void;
  readonly later: Later;
  /** Whether nothing may enter the guest now; `notified` when that is over. */
  readonly held: () => boolean;
}

/** Software flow control (ASCII DC3 and DC1): the guest's terminal driver has no room, and has room again. */
const XOFF = 0x13;
const XON = 0x11;
/** So much enters whatever the guest asked for: keys, which a person would miss. */
const KEYS = 64;
/** A guest may print the character for XOFF and mean nothing by it; input waits no longer for XON than this. */
const XON_PATIENCE_MS = 10_000;

export class InputQueue {
  readonly #console: number;
  readonly #port: InputPort;
  readonly #gate: InputGate;
  readonly #timing: InputTiming;
  #stopped = false;
  #stops = 0;
  #waiting: Waiting[] = [];
  #count = 0;

  constructor(console: number, port: InputPort, gate: InputGate, timing: InputTiming) {
    this.#console = console;
    this.#port = port;
    this.#gate = gate;
    this.#timing = timing;
  }

  /** Bytes that wait for the guest. */
  get length(): number {
    return this.#count;
  }

  /** Adds input. `taken` is called once, in the order of additions, when the guest has all of it or will get no more. */
  add(bytes: Uint8Array, taken: Taken = () => undefined): void {
    this.#waiting.push({ bytes: bytes.slice(), given: 0, taken });
    this.#count += bytes.length;
    this.notified();
  }

  /** Forgets what waits: it was meant for a guest that is no more. */
  clear(): void {
    const forgotten = this.#waiting.splice(0);
    this.#count = 0;
    for (const { given, taken } of forgotten) taken(given);
  }

  /**
   * What the guest printed on the same terminal: it may ask there to be sent no more for now. The serial port itself takes
   * bytes as fast as the guest's driver reads them, and a driver whose own buffer is full drops them.
   */
  heed(output: Uint8Array): void {
    const stop = output.lastIndexOf(XOFF);
    const goOn = output.lastIndexOf(XON);
    if (stop < 0 && goOn < 0) return;
    this.#stopped = stop > goOn;
    const number = ++this.#stops;
    const release = () => {
      if (this.#stops !== number) return;
      this.#stopped = false;
      this.notified();
    };
    // Not here: this is called while the guest's output is being taken.
    if (this.#stopped) this.#timing.later(XON_PATIENCE_MS, release);
    else this.#timing.soon(release);
  }

  /** The guest may have room. */
  notified(): void {
    if (this.#timing.held()) return;
    let buffers = 0;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (first.given === first.bytes.length) {
        this.#waiting.shift();
        first.taken(first.given);
        continue;
      }
      if (this.#stopped && this.#count > KEYS) return;
      if (buffers++ === TURN_BUFFERS) return this.#timing.soon(() => this.notified());
      const room = this.#port.room(this.#count);
      if (room === 0) return;
      const bytes = first.bytes.subarray(first.given, first.given + room);
      first.given += bytes.length;
      this.#count -= bytes.length;
      this.#gate.admit({ kind: 'console', console: this.#console, bytes }, () => this.#port.put(bytes));
    }
  }
}
