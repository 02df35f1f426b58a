/** What a 64-bit entry finds: descriptors and page tables (Linux, Documentation/arch/x86/boot, "64-bit boot protocol"). */
import { GDT, PAGE_TABLES } from './layout.ts';
import type { Loader } from '../../boot/loader.ts';

/** Selectors that the boot protocol names. */
export const SELECTOR = { code: 0x10, data: 0x18 } as const;
const CODE_64 = 0x00af_9b00_0000_ffffn;
const DATA = 0x00cf_9300_0000_ffffn;
export const GDT_LIMIT = 4 * 8 - 1;

const PAGE = 4096;
const GIB = 2 ** 30;
const LARGE = 2 * 1024 * 1024;
const MAPPED_GIB = 4;
const PRESENT_WRITABLE = 3n;
const LARGE_PAGE = 0x80n;

const bytesOf = (words: readonly bigint[]) => new Uint8Array(BigUint64Array.from(words).buffer);

/** Puts the descriptors, and page tables that map the first 4 GiB to themselves. */
export function putLongMode(loader: Loader): void {
  loader.put('the descriptors', GDT, bytesOf([0n, 0n, CODE_64, DATA]));
  const tables = new BigUint64Array(((2 + MAPPED_GIB) * PAGE) / 8);
  const entries = PAGE / 8;
  tables[0] = BigInt(PAGE_TABLES + PAGE) | PRESENT_WRITABLE;
  for (let gib = 0; gib < MAPPED_GIB; gib++) {
    tables[entries + gib] = BigInt(PAGE_TABLES + (2 + gib) * PAGE) | PRESENT_WRITABLE;
    for (let page = 0; page < entries; page++)
      tables[(2 + gib) * entries + page] = BigInt(gib * GIB + page * LARGE) | PRESENT_WRITABLE | LARGE_PAGE;
  }
  loader.put('page tables', PAGE_TABLES, new Uint8Array(tables.buffer));
}
