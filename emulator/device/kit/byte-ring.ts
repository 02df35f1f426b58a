/**
 * A bounded queue of bytes in shared memory from core threads (one at a time, under the device's lock) to the I/O
 * thread. When it is full the producer may sleep until there is room, so a guest that prints in a loop is slowed here
 * and memory stays bounded. A shared release word lets sleeping producers go when the machine pauses or stops.
 */

const HEAD = 0;
const TAIL = 1;
const HEADER_BYTES = 8;
/** Room kept for producers that were released from waiting: each may add what its one instruction was adding. */
const RESERVE = 1024;
/** A release that comes between looking and sleeping is seen after this long, in milliseconds. */
const LONGEST_NAP = 20;

export class ByteRing {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #release: Int32Array;
  readonly #mask: number;

  /**
   * @param capacity a power of two above 1024
   * @param releaseAt byte offset of the machine's release word: nonzero lets waiting producers go
   */
  constructor(buffer: SharedArrayBuffer, at: number, capacity: number, releaseAt: number) {
    this.#words = new Int32Array(buffer, at, 2);
    this.#bytes = new Uint8Array(buffer, at + HEADER_BYTES, capacity);
    this.#release = new Int32Array(buffer, releaseAt, 1);
    this.#mask = capacity - 1;
  }

  /** Bytes that a ring of `capacity` takes in shared memory. */
  static size(capacity: number): number {
    return HEADER_BYTES + capacity;
  }

  /** Bytes waiting for the consumer. */
  get length(): number {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) >>> 0;
  }

  /** Bytes a producer may add without using the reserve. */
  get room(): number {
    return Math.max(0, this.#bytes.length - RESERVE - this.length);
  }

  get #released(): boolean {
    return Atomics.load(this.#release, 0) !== 0;
  }

  /**
   * Adds a byte if there is room; a released producer may use the reserve, and past that the byte is lost.
   * @returns whether the byte was dealt with, and whether the consumer may be asleep and must be woken
   */
  push(byte: number): { readonly done: boolean; readonly wake: boolean } {
    if (this.room === 0) {
      if (!this.#released) return { done: false, wake: true };
      if (this.length >= this.#bytes.length) return { done: true, wake: true };
    }
    const tail = Atomics.load(this.#words, TAIL);
    this.#bytes[tail & this.#mask] = byte;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
    // After the store: either the consumer sees the new tail, or we see that it had emptied the ring.
    return { done: true, wake: Atomics.load(this.#words, HEAD) === tail };
  }

  /** Sleeps until there is room, the producers are released, or `milliseconds` have passed. Core threads only. */
  waitForRoom(milliseconds = Infinity): void {
    let left = milliseconds;
    while (left > 0 && !this.#released) {
      const head = Atomics.load(this.#words, HEAD);
      if (this.room > 0) return;
      const nap = Math.min(left, LONGEST_NAP);
      Atomics.wait(this.#words, HEAD, head, nap);
      left -= nap;
    }
  }

  /** Removes up to `most` bytes and returns a copy of them. Consumer only. */
  take(most: number): Uint8Array {
    const count = Math.min(most, this.length);
    const head = Atomics.load(this.#words, HEAD);
    const first = head & this.#mask;
    const run = Math.min(count, this.#bytes.length - first);
    const taken = new Uint8Array(count);
    taken.set(this.#bytes.subarray(first, first + run));
    taken.set(this.#bytes.subarray(0, count - run), run);
    Atomics.store(this.#words, HEAD, (head + count) | 0);
    Atomics.notify(this.#words, HEAD);
    return taken;
  }

  /** Empties the ring (a machine that starts again). */
  clear(): void {
    this.take(this.length);
  }
}
