/**
 * A descriptor chain, checked: the pieces of guest memory a driver offers the device to read and to write (virtio 1.3,
 * section 2.7.5). Every piece lies in RAM and has at least one byte; their number is bounded by the checks in `queue.ts`.
 */
import type { GuestMemory } from '../../memory/guest-memory.ts';

/** A piece of guest memory. */
export interface Piece {
  readonly address: number;
  readonly length: number;
}

export class Chain {
  /** Index of the chain's first descriptor: its name when it is returned. */
  readonly head: number;
  readonly readable: readonly Piece[];
  readonly writable: readonly Piece[];
  readonly readableLength: number;
  readonly writableLength: number;
  readonly #memory: GuestMemory;

  constructor(memory: GuestMemory, head: number, readable: readonly Piece[], writable: readonly Piece[]) {
    this.#memory = memory;
    this.head = head;
    this.readable = readable;
    this.writable = writable;
    this.readableLength = total(readable);
    this.writableLength = total(writable);
  }

  /** A copy of readable bytes from `offset`, at most `length`. */
  read(offset: number, length: number): Uint8Array {
    const count = Math.max(0, Math.min(length, this.readableLength - offset));
    const bytes = new Uint8Array(count);
    walk(this.readable, offset, count, (address, size, done) => {
      bytes.set(this.#memory.bytes(address, size) as Uint8Array, done);
    });
    return bytes;
  }

  /** Puts bytes into the writable part at `offset`, as many as fit. @returns how many were put */
  write(offset: number, bytes: Uint8Array): number {
    const count = Math.max(0, Math.min(bytes.length, this.writableLength - offset));
    walk(this.writable, offset, count, (address, size, done) => {
      this.#memory.prepare(address, size);
      (this.#memory.bytes(address, size) as Uint8Array).set(bytes.subarray(done, done + size));
      this.#memory.written(address, size);
    });
    return count;
  }
}

const total = (pieces: readonly Piece[]) => pieces.reduce((sum, piece) => sum + piece.length, 0);

function walk(pieces: readonly Piece[], offset: number, length: number, visit: (address: number, size: number, done: number) => void) {
  let skip = offset;
  let done = 0;
  for (const piece of pieces) {
    if (done === length) return;
    if (skip >= piece.length) {
      skip -= piece.length;
      continue;
    }
    const size = Math.min(piece.length - skip, length - done);
    visit(piece.address + skip, size, done);
    done += size;
    skip = 0;
  }
}
