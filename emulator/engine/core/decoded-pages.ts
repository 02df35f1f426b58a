/** The decoded records of one core: a pool of pages, filled instruction by instruction as they are first reached. */
import { type CoreLayout, DENSE, type RamLayout, RECORD, type RecordLayout } from '../layout.ts';
import { OWN_HANDLER, type RecordWriter } from './handlers.ts';
import { type KeptPages, pageHash } from './kept-pages.ts';
import type { Translations } from './translations.ts';

/** Records decoded ahead at most, in one go: a little more than the mean run between jumps. */
const AHEAD = 16;

export interface DecodedPagesParts {
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  readonly records: RecordWriter;
  readonly translations: Translations;
  readonly decodings: number;
  /** Bytes of the longest instruction. */
  readonly longest: number;
  /** From now on the core is told when this page changes; before its code is read. */
  hold(page: number): void;
}

/** Whose a page of the pool is. */
interface Owner {
  readonly page: number;
  readonly decoding: number;
}

export class DecodedPages {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #parts: DecodedPagesParts;
  readonly #shape: RecordLayout;
  /** For each decoding, by RAM page. */
  readonly #index: Int32Array;
  readonly #pages: number;
  /** An instruction across two pages, put together. */
  readonly #across: DataView;
  /** In order of allocation. */
  #owners: Owner[] = [];
  /** Records in use of each page of the pool, where they lie in order. */
  readonly #used: number[] = [];
  /** For each page of the pool the hash of the code that its records were made of, while something is kept. */
  readonly #hashes: (number | undefined)[] = [];
  /** Records of earlier starts, and of this one. */
  #kept: KeptPages | undefined;
  /** Pages of the pool that have held records before. */
  #everUsed = 0;

  constructor(buffer: SharedArrayBuffer, parts: DecodedPagesParts) {
    const { layout, ram, decodings, longest } = parts;
    this.#parts = parts;
    this.#shape = layout.records;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#pages = ram.size / 4096;
    this.#index = new Int32Array(buffer, layout.decodedIndex, decodings * this.#pages);
    this.#across = new DataView(new ArrayBuffer(2 * longest));
    const step = this.#shape.record.size;
    const end = this.#shape.dense ? 2 * step : this.#shape.size;
    for (let at = step; at < end; at += step) this.#own(layout.scratchPage + at, OWN_HANDLER.pageEnd);
  }

  /** A decoded page for a RAM page that has none; when the pool is used up, all are forgotten first. */
  allocate(page: number, decoding: number): number {
    const { layout } = this.#parts;
    if (this.#owners.length === layout.poolPages) {
      this.keepAll();
      this.forgetAll();
    }
    const { size, slots, record, dense } = this.#shape;
    const number = this.#owners.length;
    const records = layout.pool + number * size;
    this.#owners.push({ page, decoding });
    this.#index[decoding * this.#pages + page] = records;
    this.#used[number] = 0;
    this.#hashes[number] = undefined;
    // Fresh memory is zero; touching it all would only make it resident.
    if (number < this.#everUsed) this.#bytes.fill(0, records, records + (dense ? DENSE.indexBytes : size));
    else this.#everUsed = number + 1;
    if (!dense) for (let at = slots * record.size; at < size; at += record.size) this.#own(records + at, OWN_HANDLER.pageEnd);
    return records;
  }

  /** From now on records are looked for there before code is decoded, and left there before they are forgotten. */
  keepIn(kept: KeptPages): void {
    if (this.#shape.dense) this.#kept = kept;
  }
  /** Leaves all records that there are with what is kept. */
  keepAll(): void {
    for (let number = 0; number < this.#owners.length; number++) this.#keep(number);
  }
  /** Only where the page holds what it held at the beginning: a device may have written into it before anybody was told. */
  #keep(number: number): void {
    const hash = this.#hashes[number];
    const count = this.#used[number] as number;
    if (!this.#kept || hash === undefined || count === 0) return;
    const { ram, layout } = this.#parts;
    const { page, decoding } = this.#owners[number] as Owner;
    const code = (ram.host + page * 4096) / 4;
    if (pageHash(this.#words, code) !== hash) return;
    const records = layout.pool + number * this.#shape.size + DENSE.indexBytes;
    this.#kept.add(hash, decoding, this.#words.subarray(code, code + 1024), this.#bytes.subarray(records, records + count * DENSE.size));
  }
  /** Takes the records of a page that has none yet from what is kept. */
  #takeKept(number: number, records: number): void {
    if (!this.#kept) return;
    const { page, decoding } = this.#owners[number] as Owner;
    const code = (this.#parts.ram.host + page * 4096) / 4;
    const hash = pageHash(this.#words, code);
    this.#hashes[number] = hash;
    const found = this.#kept.find(hash, decoding, this.#words, code);
    if (!found) return;
    this.#bytes.set(found, records + DENSE.indexBytes);
    const count = found.length / DENSE.size;
    this.#used[number] = count;
    for (let index = 1; index <= count; index++) {
      const record = records + DENSE.first + index * DENSE.size;
      const handler = this.#view.getUint16(record, true);
      // Those that end a run lead on from a place and are not its own.
      if (handler === OWN_HANDLER.decode || handler === OWN_HANDLER.pageEnd) continue;
      this.#view.setUint16(records + 2 * this.#view.getUint16(record + DENSE.at, true), index, true);
    }
  }

  /** Forgets the records of all pages, and the translations that lead to them. */
  forgetAll(): void {
    this.#index.fill(0);
    this.#owners = [];
    this.#parts.translations.flush(false);
  }

  /** Forgets the records of a RAM page whose code has changed; they decode anew where they are. */
  forget(page: number): void {
    for (let at = page; at < this.#index.length; at += this.#pages) {
      const records = this.#index[at] as number;
      if (records) this.#forget(records);
    }
  }

  /** The handlers only: the instruction that changes its own page still looks at its record when it has done so. */
  #forget(records: number): void {
    const { record, slots, dense } = this.#shape;
    const step = record.size / 4;
    const number = this.#numberOf(records);
    this.#keep(number);
    this.#hashes[number] = undefined;
    if (dense) this.#bytes.fill(0, records, records + DENSE.indexBytes);
    const from = (records + RECORD.handler) / 4 + (dense ? DENSE.indexBytes / 4 : 0);
    const count = dense ? (this.#used[number] as number) : slots;
    this.#used[number] = 0;
    for (let word = from; word < from + count * step; word += step) this.#words[word] = OWN_HANDLER.decode;
  }

  #numberOf(records: number): number {
    return Math.floor((records - this.#parts.layout.pool) / this.#shape.size);
  }

  /**
   * Decodes from a place of a page on, into the next records that are free: what is likely to follow, up to a place that is
   * decoded already. The last record leads there, or decodes on. @returns the first one's address
   */
  decodeRun(records: number, place: number): number {
    const { ram, records: writer, hold } = this.#parts;
    const number = this.#numberOf(records);
    const { page, decoding } = this.#owners[number] as Owner;
    hold(page);
    if (this.#used[number] === 0) {
      this.#takeKept(number, records);
      const known = this.#view.getUint16(records + 2 * place, true);
      if (known !== 0) return records + DENSE.first + known * DENSE.size;
    }
    // The run that is left for this one looks for its next instruction by its place, so all may begin anew.
    if ((this.#used[number] as number) + AHEAD + 1 > DENSE.records) this.#forget(records);
    const code = ram.host + page * 4096;
    const first = records + DENSE.indexBytes + (this.#used[number] as number) * DENSE.size;
    let record = first;
    let at = place;
    const end = (handler: number) => {
      this.#own(record, handler);
      this.#view.setUint16(record + DENSE.at, at, true);
      record += DENSE.size;
    };
    for (let ahead = 0; ; ahead++) {
      if (at >= 4096) {
        end(OWN_HANDLER.pageEnd);
        break;
      }
      if (ahead === AHEAD || this.#view.getUint16(records + 2 * at, true) !== 0) {
        end(OWN_HANDLER.decode);
        break;
      }
      const extent = writer.write(record, this.#view, code + at, 4096 - at, decoding);
      this.#view.setUint16(records + 2 * at, (record - records - DENSE.first) / DENSE.size, true);
      if (extent === 0) {
        end(OWN_HANDLER.straddle);
        break;
      }
      this.#view.setUint16(record + DENSE.at, at, true);
      record += DENSE.size;
      at += Math.abs(extent);
      if (extent > 0) continue;
      end(at >= 4096 ? OWN_HANDLER.pageEnd : OWN_HANDLER.decode);
      break;
    }
    this.#used[number] = (record - records - DENSE.indexBytes) / DENSE.size;
    return first;
  }

  /** Fills the record at this address and likely followers. */
  decodeAt(record: number): void {
    const { layout, ram, records: writer, hold } = this.#parts;
    const { size, slots, shift, record: shape } = this.#shape;
    const number = Math.floor((record - layout.pool) / size);
    const { page, decoding } = this.#owners[number] as Owner;
    hold(page);
    const records = layout.pool + number * size;
    const code = ram.host + page * 4096;
    const end = records + slots * shape.size;
    let at = record;
    for (let ahead = 0; ahead < AHEAD && at < end; ahead++) {
      if (this.#view.getUint16(at, true) !== OWN_HANDLER.decode) return;
      const distance = (at - records) >> shift;
      const extent = writer.write(at, this.#view, code + distance, 4096 - distance, decoding);
      if (extent === 0) return this.#own(at, OWN_HANDLER.straddle);
      if (extent < 0) return;
      at += extent << shift;
    }
  }

  /** Writes an instruction that lies across two pages as the record at this address. @param first where its first byte is, and the next page's `second` */
  decodeAcross(record: number, first: number, second: number, decoding: number): void {
    const { ram, longest, records } = this.#parts;
    const there = 4096 - ((first - ram.host) & 0xfff);
    for (let index = 0; index < 2 * longest; index++)
      this.#across.setUint8(index, this.#bytes[index < there ? first + index : second + index - there] as number);
    // What goes on even beyond this is no instruction of the architecture.
    const extent = records.write(record, this.#across, 0, there + longest, decoding);
    if (extent === 0) this.#own(record, OWN_HANDLER.illegal);
    if (!this.#shape.dense) return;
    this.#view.setUint16(record + DENSE.at, 0, true);
    this.#view.setUint16(record + DENSE.size + DENSE.at, Math.abs(extent), true);
  }

  #own(at: number, handler: number): void {
    this.#view.setUint16(at, handler, true);
  }
}
