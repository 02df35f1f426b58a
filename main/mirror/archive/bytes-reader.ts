/** Reads a stream of pieces of any size by amounts. */
import { damaged } from './archive-fault.ts';

export class BytesReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #here: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Between 1 and `most` bytes as they come; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#here.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) return undefined;
      this.#here = next.value;
    }
    const piece = this.#here.subarray(0, most);
    this.#here = this.#here.subarray(piece.length);
    return piece;
  }

  /** Exactly so many bytes; undefined where the stream ends before the first. @throws ArchiveFault where it ends later */
  async exactly(length: number): Promise<Uint8Array | undefined> {
    if (this.#here.length >= length) return this.some(length);
    const whole = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const piece = await this.some(length - filled);
      if (!piece && filled === 0) return undefined;
      if (!piece) throw damaged('it ends too early');
      whole.set(piece, filled);
      filled += piece.length;
    }
    return whole;
  }

  /** Passes over so many bytes. @throws ArchiveFault where the stream ends before */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      const piece = await this.some(left);
      if (!piece) throw damaged('it ends too early');
      left -= piece.length;
    }
  }

  /** Lets go of the source, also before its end. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
