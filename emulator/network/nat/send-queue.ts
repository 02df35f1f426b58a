/** Bytes that a connection owes the guest: from the first that it has not acknowledged, in the pieces in which they came. */

export class SendQueue {
  readonly #pieces: Uint8Array[] = [];
  /** Of the first piece, bytes that are acknowledged. */
  #done = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** Copies `length` bytes from `offset` on; they must be there. */
  copy(offset: number, length: number, into: Uint8Array, at: number): void {
    let skip = offset + this.#done;
    let done = 0;
    for (const piece of this.#pieces) {
      if (done === length) return;
      if (skip >= piece.length) {
        skip -= piece.length;
        continue;
      }
      const part = piece.subarray(skip, Math.min(piece.length, skip + length - done));
      into.set(part, at + done);
      done += part.length;
      skip = 0;
    }
  }

  /** The first `count` bytes are acknowledged. */
  drop(count: number): void {
    this.#length -= count;
    this.#done += count;
    let gone = 0;
    for (const piece of this.#pieces) {
      if (this.#done < piece.length) break;
      this.#done -= piece.length;
      gone++;
    }
    this.#pieces.splice(0, gone);
  }
}
