/**
 * Holds one console's input, on the I/O thread, until the guest has room for it. Bytes pass the input gate at the
 * moment they enter the guest's device, not when they were typed.
 */
import type { InputGate } from '../../device/kit/input-gate.ts';

/** Input that may wait; a paste larger than this into a guest that does not read is cut. */
export const INPUT_MAX = 1024 * 1024;

/** Buffers of the guest's that are filled in one turn of the event loop; it may offer new ones as fast as they are filled. */
const TURN_BUFFERS = 64;

/** The guest's side of a console's input. */
export interface InputPort {
  room(): number;
  put(bytes: Uint8Array): void;
}

export class InputQueue {
  readonly #console: number;
  readonly #port: InputPort;
  readonly #gate: InputGate;
  readonly #held: () => boolean;
  readonly #soon: (action: () => void) => void;
  #waiting: Uint8Array[] = [];
  #count = 0;

  /**
   * @param soon calls back after what the event loop has waiting
   * @param held whether nothing may enter the guest now; `notified` when that is over
   */
  constructor(console: number, port: InputPort, gate: InputGate, soon: (action: () => void) => void, held: () => boolean = () => false) {
    this.#soon = soon;
    this.#console = console;
    this.#port = port;
    this.#gate = gate;
    this.#held = held;
  }

  /** Bytes that wait for the guest. */
  get length(): number {
    return this.#count;
  }

  /** Adds input, as much as may wait. @returns how many bytes were taken */
  add(bytes: Uint8Array): number {
    const taken = bytes.slice(0, Math.max(0, INPUT_MAX - this.#count));
    if (taken.length > 0) this.#waiting.push(taken);
    this.#count += taken.length;
    this.notified();
    return taken.length;
  }

  /** Forgets what waits: it was meant for a guest that is no more. */
  clear(): void {
    this.#waiting = [];
    this.#count = 0;
  }

  /** The guest may have room. */
  notified(): void {
    if (this.#held()) return;
    let first = this.#waiting[0];
    for (let buffers = 0; first; buffers++) {
      if (buffers === TURN_BUFFERS) return this.#soon(() => this.notified());
      const room = this.#port.room();
      if (room === 0) return;
      const bytes = first.subarray(0, room);
      if (bytes.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(bytes.length);
      this.#count -= bytes.length;
      this.#gate.admit({ kind: 'console', console: this.#console, bytes }, () => this.#port.put(bytes));
      first = this.#waiting[0];
    }
  }
}
