/** A FUSE message of a guest's (`struct fuse_in_header` and what follows), read with every bound checked. Numbers are little-endian. */
import { ShareError } from '../errno.ts';
import { byteString } from '../names.ts';

export const IN_HEADER_BYTES = 40;
export const OUT_HEADER_BYTES = 16;

/** A number that must be exact here; what is not is none of ours. */
const BEYOND = 2 ** 53;

export class Message {
  readonly opcode: number;
  /** As it came: it names the answer. */
  readonly unique: bigint;
  readonly node: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = IN_HEADER_BYTES;

  /** @returns undefined for what has no whole header or is not as long as it says */
  static of(bytes: Uint8Array): Message | undefined {
    if (bytes.length < IN_HEADER_BYTES) return undefined;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return length >= IN_HEADER_BYTES && length <= bytes.length ? new Message(bytes.subarray(0, length)) : undefined;
  }

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.opcode = this.#view.getUint32(4, true);
    this.unique = this.#view.getBigUint64(8, true);
    this.node = this.#exact(16);
  }

  #exact(at: number): number {
    const value = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
    return value < BEYOND ? value : Infinity;
  }
  #step(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new ShareError('EINVAL');
    this.#at = at + length;
    return at;
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  /** Infinity for one that no node, handle or offset here can have. */
  u64(): number {
    return this.#exact(this.#step(8));
  }
  /** Seconds since the Unix epoch. */
  seconds(): bigint {
    return this.#view.getBigInt64(this.#step(8), true);
  }
  skip(length: number): void {
    this.#step(length);
  }
  /** A byte string up to a zero. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new ShareError('EINVAL');
    const text = byteString(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }
  take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }
}
