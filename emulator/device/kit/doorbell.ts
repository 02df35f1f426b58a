/**
 * How a core thread wakes the I/O thread without waiting for it: one word of bits in shared memory, a bit a device.
 * Ringing is one atomic; the I/O thread takes all bits at once and sleeps in `Atomics.waitAsync` when there are none.
 */

export class Doorbell {
  readonly #word: Int32Array;

  constructor(buffer: SharedArrayBuffer, at: number) {
    this.#word = new Int32Array(buffer, at, 1);
  }

  /** Bytes a doorbell takes in shared memory. */
  static readonly SIZE = 8;

  /** Asks the I/O thread to look at device `bit` (0 to 31). Never blocks. */
  ring(bit: number): void {
    if (Atomics.or(this.#word, 0, 1 << bit) === 0) Atomics.notify(this.#word, 0);
  }

  /** The bits rung since the last call, cleared. */
  take(): number {
    return Atomics.exchange(this.#word, 0, 0);
  }

  /**
   * Blocks this thread until a bit is set, at most so long. Waking from here takes a fraction of what waking through the
   * event loop does, which matters to a guest that waits for each of its requests.
   */
  linger(milliseconds: number): void {
    Atomics.wait(this.#word, 0, 0, milliseconds);
  }

  /** Resolves when a bit is set; at once if one is already. Only for a thread with an event loop. */
  async rung(): Promise<void> {
    const waiting = Atomics.waitAsync(this.#word, 0, 0);
    if (waiting.async) await waiting.value;
  }
}
