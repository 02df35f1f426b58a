/** The decoded records of one core: a pool of pages, filled instruction by instruction as they are first reached. */
import { type CoreLayout, DECODED_PAGE, type RamLayout, RECORD } from '../layout.ts';
import { OWN_HANDLER, type RecordWriter } from './handlers.ts';
import type { Translations } from './translations.ts';

/** Records decoded ahead at most, in one go: a little more than the mean run between jumps. */
const AHEAD = 16;
const SLOTS = 2048;

export interface DecodedPagesParts {
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  readonly records: RecordWriter;
  readonly translations: Translations;
  /** From now on the core is told when this page changes; before its code is read. */
  hold(page: number): void;
}

export class DecodedPages {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #layout: CoreLayout;
  readonly #ram: RamLayout;
  readonly #records: RecordWriter;
  readonly #translations: Translations;
  readonly #index: Int32Array;
  readonly #hold: (page: number) => void;
  /** RAM page of each page of the pool, in order of allocation. */
  #owners: number[] = [];
  /** Pages of the pool that have held records before. */
  #everUsed = 0;

  constructor(buffer: SharedArrayBuffer, { layout, ram, records, translations, hold }: DecodedPagesParts) {
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#layout = layout;
    this.#ram = ram;
    this.#records = records;
    this.#translations = translations;
    this.#index = new Int32Array(buffer, layout.decodedIndex, ram.size / 4096);
    this.#hold = hold;
    for (let slot = 1; slot < DECODED_PAGE / RECORD.size; slot++) this.#own(layout.scratchPage + slot * RECORD.size, OWN_HANDLER.pageEnd);
  }

  /** A decoded page for a RAM page that has none; when the pool is used up, all are forgotten first. */
  allocate(page: number): number {
    if (this.#owners.length === this.#layout.poolPages) this.forgetAll();
    const number = this.#owners.length;
    const records = this.#layout.pool + number * DECODED_PAGE;
    this.#owners.push(page);
    this.#index[page] = records;
    // Fresh memory is zero; touching it all would only make it resident.
    if (number < this.#everUsed) this.#bytes.fill(0, records, records + DECODED_PAGE);
    else this.#everUsed = number + 1;
    for (let slot = SLOTS; slot < DECODED_PAGE / RECORD.size; slot++) this.#own(records + slot * RECORD.size, OWN_HANDLER.pageEnd);
    return records;
  }

  /** Forgets the records of all pages, and the translations that lead to them. */
  forgetAll(): void {
    this.#index.fill(0);
    this.#owners = [];
    this.#translations.flush(false);
  }

  /** Forgets the records of a RAM page whose code has changed; they decode anew where they are. */
  forget(page: number): void {
    const records = this.#index[page] as number;
    if (records) this.#bytes.fill(0, records, records + SLOTS * RECORD.size);
  }

  /** Fills the record at this address and likely followers. */
  decodeAt(record: number): void {
    const pool = this.#layout.pool;
    const number = Math.floor((record - pool) / DECODED_PAGE);
    const page = this.#owners[number] as number;
    this.#hold(page);
    const records = pool + number * DECODED_PAGE;
    const code = this.#ram.host + page * 4096;
    let slot = (record - records) / RECORD.size;
    for (let ahead = 0; ahead < AHEAD && slot < SLOTS; ahead++) {
      const at = records + slot * RECORD.size;
      if (this.#view.getUint16(at, true) !== OWN_HANDLER.decode) return;
      let word = this.#view.getUint16(code + slot * 2, true);
      if ((word & 3) === 3) {
        if (slot === SLOTS - 1) return this.#own(at, OWN_HANDLER.straddle);
        word |= this.#view.getUint16(code + slot * 2 + 2, true) << 16;
      }
      const length = this.#records.write(at, word);
      if (length < 0) return; // past a jump there may be data
      slot += length / 2;
    }
  }

  /** Writes one instruction, given as a word, as the record at this address. */
  decodeWord(record: number, word: number): void {
    this.#records.write(record, word);
  }

  #own(at: number, handler: number): void {
    this.#view.setUint16(at, handler, true);
  }
}
