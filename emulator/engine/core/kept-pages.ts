/**
 * Decoded records of whole pages of code, as this or an earlier start of a machine of the same shape has made them: a page that
 * holds the same bytes has the same records, wherever it lies. Only records that lie in order (DENSE) are kept; where each
 * place has its own, decoding is a look into a table anyway.
 */
import { joined } from '../../structures/joined.ts';
import { DENSE } from '../layout.ts';

const PAGE_SIZE = 4096;
/** Fewer records are decoded as quickly as found. */
const LEAST_RECORDS = 8;
/** Bytes at most, in memory and in what is packed. A boot of Debian's kernel for the PC takes 30 MiB. */
const MOST_BYTES = 44 * 1024 ** 2;
/** Starts of machines for which a page is kept though it was of no use. */
const MOST_IDLE = 20;
/** In the packed form, of each page: hash, decoding, starts without use, records. */
const HEADER_WORDS = 4;

interface KeptPage {
  readonly decoding: number;
  readonly hash: number;
  /** Its words. */
  readonly code: Int32Array;
  readonly records: Uint8Array;
  /** Starts since it was of use. */
  idle: number;
}

/** A number made of the page whose words begin at an index. */
export function pageHash(words: Int32Array, from: number): number {
  let hash = 0;
  for (let word = from; word < from + PAGE_SIZE / 4; word++) {
    hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

export class KeptPages {
  /** Pages that are new or have more records than they had. */
  changed = 0;
  readonly #pages = new Map<string, KeptPage>();
  #bytes = 0;
  #unused: KeptPage[] | undefined;

  /** Pages there are. */
  get count(): number {
    return this.#pages.size;
  }
  /** Takes in what `pack` has made. @param packed begins at a multiple of 4 */
  unpack(packed: Uint8Array): void {
    const head = new DataView(packed.buffer, packed.byteOffset);
    const count = head.getUint32(0, true);
    let at = 4 + count * HEADER_WORDS * 4;
    for (let page = 0; page < count; page++) {
      const [hash = 0, decoding = 0, idle = 0, records = 0] = [0, 1, 2, 3].map((word) =>
        head.getInt32(4 + (page * HEADER_WORDS + word) * 4, true),
      );
      const code = new Int32Array(packed.buffer, packed.byteOffset + at, PAGE_SIZE / 4);
      at += PAGE_SIZE;
      this.#put({ hash, decoding, idle: idle + 1, code, records: packed.subarray(at, at + records * DENSE.size) });
      at += records * DENSE.size;
    }
  }

  /** The records, one behind the other, of the page whose words begin at an index of `words`. */
  find(hash: number, decoding: number, words: Int32Array, from: number): Uint8Array | undefined {
    const page = this.#pages.get(keyOf(hash, decoding));
    if (!page) return undefined;
    for (let index = 0; index < PAGE_SIZE / 4; index++) if (page.code[index] !== words[from + index]) return undefined;
    page.idle = 0;
    return page.records;
  }

  /** Keeps copies of a page's code and records, where it had fewer. */
  add(hash: number, decoding: number, code: Int32Array, records: Uint8Array): void {
    if (records.length < LEAST_RECORDS * DENSE.size) return;
    const known = this.#pages.get(keyOf(hash, decoding));
    if (known ? known.records.length >= records.length : !this.#hasRoom()) return;
    this.changed++;
    this.#put({ hash, decoding, idle: 0, code: code.slice(), records: records.slice() });
  }

  /** All of it that is worth keeping, the most useful first. */
  pack(): Uint8Array {
    let room = MOST_BYTES;
    const pages = [...this.#pages.values()]
      .toSorted((a, b) => a.idle - b.idle)
      .filter(({ records, idle }) => idle <= MOST_IDLE && (room -= PAGE_SIZE + records.length) >= 0);
    const head = pages.flatMap(({ hash, decoding, idle, records }) => [hash, decoding, idle, records.length / DENSE.size]);
    return joined([
      new Uint8Array(Int32Array.from([pages.length, ...head]).buffer),
      ...pages.flatMap(({ code, records }) => [new Uint8Array(code.buffer, code.byteOffset, PAGE_SIZE), records]),
    ]);
  }

  /** Makes room with pages that have been of no use in this start, the longest unused first. */
  #hasRoom(): boolean {
    if (this.#bytes <= MOST_BYTES) return true;
    // They were taken in by how long they were of no use.
    this.#unused ??= [...this.#pages.values()].filter(({ idle }) => idle > 0);
    for (let page = this.#unused.pop(); page; page = this.#unused.pop()) {
      if (page.idle === 0) continue;
      this.#pages.delete(keyOf(page.hash, page.decoding));
      this.#bytes -= PAGE_SIZE + page.records.length;
      return true;
    }
    return false;
  }
  #put(page: KeptPage): void {
    const key = keyOf(page.hash, page.decoding);
    const before = this.#pages.get(key);
    this.#bytes += page.records.length - (before ? before.records.length : -PAGE_SIZE);
    this.#pages.set(key, page);
  }
}

const keyOf = (hash: number, decoding: number): string => `${hash}:${decoding}`;
