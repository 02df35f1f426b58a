/** A core's lookaside buffers, seen from TypeScript: dropping entries. Only those filled since the last time are looked at. */
import { type CoreLayout, FETCH_ENTRIES, FETCH_ENTRY, KIND, listSize, type RamLayout, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';

const WORDS = TLB_ENTRY.size / 4;
const FETCH_WORDS = FETCH_ENTRY.size / 4;
const WRITE = TLB_ENTRY.write / 4;

/** The entries of one buffer that are in use: two lists, see KIND. */
class UsedEntries {
  readonly #memory: Int32Array;
  /** Indexes of the words that count the entries of each list. */
  readonly #local: number;
  readonly #global: number;
  /** Words of an entry: how many begin it as tags, and where its kind is. */
  readonly #tagWords: number;
  readonly #kind: number;

  constructor(memory: Int32Array, lists: number, entries: number, entry: { readonly tags: number; readonly kind: number }) {
    this.#memory = memory;
    this.#local = lists / 4;
    this.#global = (lists + listSize(entries)) / 4;
    this.#tagWords = entry.tags / 4;
    this.#kind = entry.kind / 4;
  }

  /** Index of the first word of each entry that may hold a tag. */
  each(action: (entry: number) => void): void {
    const memory = this.#memory;
    for (const list of [this.#local, this.#global])
      for (let at = list + 1; at <= list + (memory[list] as number); at++) action((memory[at] as number) >> 2);
  }
  drop(keepGlobal: boolean): void {
    this.#drop(this.#local, KIND.listedLocal, keepGlobal);
    if (!keepGlobal) this.#drop(this.#global, KIND.listedGlobal, false);
  }
  #drop(list: number, listed: number, keepGlobal: boolean): void {
    const memory = this.#memory;
    const end = list + (memory[list] as number);
    for (let at = list + 1; at <= end; at++) {
      const entry = (memory[at] as number) >> 2;
      const kind = memory[entry + this.#kind] as number;
      memory[entry + this.#kind] = kind & ~listed;
      // It may have been filled again with a global translation.
      if (keepGlobal && kind & KIND.global) continue;
      for (let word = 0; word < this.#tagWords; word++) memory[entry + word] = -1;
    }
    memory[list] = 0;
  }
}

export class Translations {
  readonly #data: Int32Array;
  readonly #fetch: Int32Array;
  readonly #memory: Int32Array;
  readonly #usedData: UsedEntries;
  readonly #usedFetch: UsedEntries;
  readonly #ram: RamLayout;
  readonly #flags: Uint8Array;
  readonly #banks: number;

  constructor(buffer: SharedArrayBuffer, layout: CoreLayout, ram: RamLayout) {
    this.#memory = new Int32Array(buffer);
    this.#data = new Int32Array(buffer, layout.tlb, layout.banks * TLB_ENTRIES * WORDS);
    this.#fetch = new Int32Array(buffer, layout.fetchTlb, layout.banks * FETCH_ENTRIES * FETCH_WORDS);
    this.#ram = ram;
    this.#banks = layout.banks;
    this.#flags = new Uint8Array(buffer, ram.pageFlags, ram.size / 4096);
    const data = { tags: TLB_ENTRY.addend, kind: TLB_ENTRY.kind };
    this.#usedData = new UsedEntries(this.#memory, layout.tlbLists, layout.banks * TLB_ENTRIES, data);
    const fetch = { tags: FETCH_ENTRY.records, kind: FETCH_ENTRY.kind };
    this.#usedFetch = new UsedEntries(this.#memory, layout.fetchLists, layout.banks * FETCH_ENTRIES, fetch);
    for (let at = 0; at < this.#data.length; at += WORDS) this.#data.fill(-1, at, at + TLB_ENTRY.addend / 4);
    for (let at = 0; at < this.#fetch.length; at += FETCH_WORDS) this.#fetch.fill(-1, at, at + FETCH_ENTRY.records / 4);
  }

  /** Drops everything, or all but what was mapped as global. */
  flush(keepGlobal: boolean): void {
    this.#usedData.drop(keepGlobal);
    this.#usedFetch.drop(keepGlobal);
  }

  /** Drops one page's entries in every bank. `page` is the address divided by 4096, its low bits are enough. */
  flushPage(page: number): void {
    for (let bank = 0; bank < this.#banks; bank++) {
      const at = (bank * TLB_ENTRIES + (page & (TLB_ENTRIES - 1))) * WORDS;
      this.#data.fill(-1, at, at + TLB_ENTRY.addend / 4);
      const fetch = (bank * FETCH_ENTRIES + (page & (FETCH_ENTRIES - 1))) * FETCH_WORDS;
      this.#fetch.fill(-1, fetch, fetch + FETCH_ENTRY.records / 4);
    }
  }

  /** Takes away the permission to write a RAM page unseen, wherever it is mapped. */
  protect(page: number): void {
    this.#revoke((written) => written === page);
  }

  /** Takes away the permission to write unseen from all pages that have a flag. */
  revoke(): void {
    this.#revoke((written) => this.#flags[written] !== 0);
  }

  #revoke(from: (page: number) => boolean): void {
    const memory = this.#memory;
    this.#usedData.each((entry) => {
      const tag = memory[entry + WRITE] as number;
      // A tag has bits 11 to 0 clear, unless there is none.
      if (tag === -1) return;
      const host = (tag + (memory[entry + TLB_ENTRY.addend / 4] as number)) >>> 0;
      if (!from((host - this.#ram.host) >>> 12)) return;
      memory[entry + WRITE] = -1;
      memory[entry + WRITE + 1] = -1;
    });
  }
}
