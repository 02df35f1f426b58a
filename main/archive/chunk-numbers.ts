/** The numbers that chunks get in a file, by their numbers in the store; in pieces, as stores count for ever. */

const PIECE = 32_768;

export class ChunkNumbers {
  readonly #pieces = new Map<number, Uint32Array>();

  /** 0: it has none yet. */
  get(chunk: number): number {
    return this.#pieces.get(Math.floor(chunk / PIECE))?.[chunk % PIECE] ?? 0;
  }

  set(chunk: number, number: number): void {
    const at = Math.floor(chunk / PIECE);
    let piece = this.#pieces.get(at);
    if (!piece) this.#pieces.set(at, (piece = new Uint32Array(PIECE)));
    piece[chunk % PIECE] = number;
  }
}
