/** A 9P message of a guest's, read with every bound checked; and answers. Numbers are little-endian, texts have their length (u16) before them. */
import { ShareError } from '../errno.ts';
import { byteString } from '../names.ts';
import { HEADER_BYTES, TYPE } from './types.ts';

const BEYOND = 2 ** 53;

export class Request {
  readonly type: number;
  readonly tag: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = HEADER_BYTES;

  /** @returns undefined for what has no whole header or is not as long as it says */
  static of(bytes: Uint8Array): Request | undefined {
    if (bytes.length < HEADER_BYTES) return undefined;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return length >= HEADER_BYTES && length <= bytes.length ? new Request(bytes.subarray(0, length)) : undefined;
  }

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.type = this.#view.getUint8(4);
    this.tag = this.#view.getUint16(5, true);
  }

  #step(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new ShareError('EINVAL');
    this.#at = at + length;
    return at;
  }
  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#step(8), true);
  }
  /** A place in a file or list. @throws ShareError EFBIG for one that nothing here can have */
  offset(): number {
    const value = Number(this.u64());
    if (value >= BEYOND) throw new ShareError('EFBIG');
    return value;
  }
  text(): string {
    return byteString(this.take(this.u16()));
  }
  take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }
}

/** What is known of a file whoever calls it what: its type, a number that changes with it, and its own number. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}
export const QID_BYTES = 13;

/** An answer being written, in room that was made for it. */
export class Reply {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = HEADER_BYTES;

  /** @param room for all that follows the header, in bytes */
  constructor({ type, tag }: Request, room: number) {
    this.bytes = new Uint8Array(HEADER_BYTES + room);
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setUint8(4, type + 1);
    this.#view.setUint16(5, tag, true);
  }

  #step(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }
  u8(value: number): this {
    this.#view.setUint8(this.#step(1), value);
    return this;
  }
  u16(value: number): this {
    this.#view.setUint16(this.#step(2), value, true);
    return this;
  }
  u32(value: number): this {
    this.#view.setUint32(this.#step(4), value, true);
    return this;
  }
  u64(value: bigint): this {
    this.#view.setBigUint64(this.#step(8), BigInt.asUintN(64, value), true);
    return this;
  }
  qid({ type, version, path }: Qid): this {
    return this.u8(type).u32(version).u64(path);
  }
  text(text: string): this {
    this.u16(text.length);
    const at = this.#step(text.length);
    for (let index = 0; index < text.length; index++) this.bytes[at + index] = text.charCodeAt(index);
    return this;
  }
  /** The bytes from here on that are still to be used. */
  rest(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#step(length);
    return this.bytes.subarray(at, at + length);
  }
  /** With its length. @param unused bytes at its end that were not needed */
  whole(unused = 0): Uint8Array<ArrayBuffer> {
    const length = this.#at - unused;
    this.#view.setUint32(0, length, true);
    return this.bytes.subarray(0, length);
  }
}

/** `Rlerror`, in answer to whatever it was. */
export function failure({ tag }: { readonly tag: number }, errno: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint8(4, TYPE.RLERROR);
  view.setUint16(5, tag, true);
  view.setUint32(HEADER_BYTES, errno, true);
  return bytes;
}
