/** The last bytes of a stream, addressed by their position in the whole stream; older ones are overwritten. */

const SMALLEST = 4096;

export class ByteRing {
  readonly #limit: number;
  #bytes: Uint8Array = new Uint8Array(SMALLEST);
  #start: number;
  #end: number;

  /** @param limit bytes kept, a power of two of at least 4096 @param position where the stream begins */
  constructor(limit: number, position = 0) {
    this.#limit = limit;
    this.#start = position;
    this.#end = position;
  }

  /** Position of the oldest byte kept. */
  get start(): number {
    return this.#start;
  }
  /** Position after the newest byte. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.#limit ? bytes.subarray(bytes.length - this.#limit) : bytes;
    const end = this.#end + bytes.length;
    const start = Math.max(this.#start, end - this.#limit);
    this.#grow(end - start);
    const at = (end - kept.length) % this.#bytes.length;
    const first = kept.subarray(0, this.#bytes.length - at);
    this.#bytes.set(first, at);
    this.#bytes.set(kept.subarray(first.length), 0);
    this.#start = start;
    this.#end = end;
  }

  /** A copy of the bytes from one position to another, both within `start` and `end`. */
  slice(from: number, to: number): Uint8Array {
    const out = new Uint8Array(to - from);
    const at = from % this.#bytes.length;
    const first = this.#bytes.subarray(at, Math.min(at + out.length, this.#bytes.length));
    out.set(first, 0);
    out.set(this.#bytes.subarray(0, out.length - first.length), first.length);
    return out;
  }

  /** Forgets what is kept; positions go on. */
  clear(): void {
    this.#start = this.#end;
    this.#bytes = new Uint8Array(SMALLEST);
  }

  #grow(needed: number): void {
    let size = this.#bytes.length;
    if (needed <= size) return;
    while (size < needed) size *= 2;
    const kept = this.slice(this.#start, this.#end);
    this.#bytes = new Uint8Array(Math.min(size, this.#limit));
    const at = this.#start % this.#bytes.length;
    const first = kept.subarray(0, this.#bytes.length - at);
    this.#bytes.set(first, at);
    this.#bytes.set(kept.subarray(first.length), 0);
  }
}
