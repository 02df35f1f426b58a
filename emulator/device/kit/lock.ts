/**
 * A mutual exclusion over one word of shared memory. Device registers are reached from several core threads and the
 * I/O thread; each device has one lock, held for the length of a register access or one queue step.
 */

const FREE = 0;
const HELD = 1;
/** Held, and somebody sleeps on the word. */
const CONTENDED = 2;
/** A register access takes well under a microsecond; this many tries cover it without a system call. */
const SPINS = 200;
/** A lost wake-up would cost at most this, in milliseconds. */
const NAP = 1;

/** Not reentrant: the holder must not acquire it again. */
export class Lock {
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer, at: number) {
    this.#words = new Int32Array(buffer, at, 1);
  }

  acquire(): void {
    for (let tries = 0; tries < SPINS; tries++) {
      if (Atomics.compareExchange(this.#words, 0, FREE, HELD) === FREE) return;
    }
    while (Atomics.exchange(this.#words, 0, CONTENDED) !== FREE) Atomics.wait(this.#words, 0, CONTENDED, NAP);
  }

  release(): void {
    if (Atomics.exchange(this.#words, 0, FREE) === CONTENDED) Atomics.notify(this.#words, 0, 1);
  }

  /** Runs `action` while holding the lock, and lets go however it ends. */
  hold<T>(action: () => T): T {
    this.acquire();
    try {
      return action();
    } finally {
      this.release();
    }
  }

  /** Lets go of a held lock while `action` waits for something that others must do, then takes it again. */
  pause(action: () => void): void {
    this.release();
    try {
      action();
    } finally {
      this.acquire();
    }
  }
}
