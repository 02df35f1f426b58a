/** A core's lookaside buffers, seen from TypeScript: dropping entries is rare enough to be done here. */
import { BANKS, type CoreLayout, FETCH_ENTRIES, FETCH_ENTRY, type RamLayout, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';

const WORDS = TLB_ENTRY.size / 4;
const FETCH_WORDS = FETCH_ENTRY.size / 4;

export class Translations {
  readonly #data: Int32Array;
  readonly #fetch: Int32Array;
  readonly #ram: RamLayout;

  constructor(buffer: SharedArrayBuffer, layout: CoreLayout, ram: RamLayout) {
    this.#data = new Int32Array(buffer, layout.tlb, BANKS * TLB_ENTRIES * WORDS);
    this.#fetch = new Int32Array(buffer, layout.fetchTlb, BANKS * FETCH_ENTRIES * FETCH_WORDS);
    this.#ram = ram;
    this.flush(false);
  }

  /** Drops everything, or all but what was mapped as global. */
  flush(keepGlobal: boolean): void {
    if (!keepGlobal) {
      this.#data.fill(-1);
      this.#fetch.fill(-1);
      return;
    }
    const data = this.#data;
    for (let at = 0; at < data.length; at += WORDS) if (!data[at + TLB_ENTRY.global / 4]) data.fill(-1, at, at + 4);
    const fetch = this.#fetch;
    for (let at = 0; at < fetch.length; at += FETCH_WORDS) if (!fetch[at + FETCH_ENTRY.global / 4]) fetch.fill(-1, at, at + 2);
  }

  /** Drops one page's entries in every bank. `page` is the address divided by 4096, its low bits are enough. */
  flushPage(page: number): void {
    for (let bank = 0; bank < BANKS; bank++) {
      const at = (bank * TLB_ENTRIES + (page & (TLB_ENTRIES - 1))) * WORDS;
      this.#data.fill(-1, at, at + 4);
      const fetch = (bank * FETCH_ENTRIES + (page & (FETCH_ENTRIES - 1))) * FETCH_WORDS;
      this.#fetch.fill(-1, fetch, fetch + 2);
    }
  }

  /** Takes away the permission to write a RAM page unseen, wherever it is mapped. */
  protect(page: number): void {
    const host = this.#ram.host + page * 4096;
    const data = this.#data;
    for (let at = 0; at < data.length; at += WORDS) {
      const tag = data[at + TLB_ENTRY.write / 4] as number;
      if (tag === -1) continue;
      if (((tag + (data[at + TLB_ENTRY.addend / 4] as number)) | 0) === host)
        data.fill(-1, at + TLB_ENTRY.write / 4, at + TLB_ENTRY.write / 4 + 2);
    }
  }

  /** Takes away all permissions to write unseen: every page's first write comes to the slow path again. */
  protectAll(): void {
    const data = this.#data;
    for (let at = 0; at < data.length; at += WORDS) data.fill(-1, at + TLB_ENTRY.write / 4, at + TLB_ENTRY.write / 4 + 2);
  }
}
