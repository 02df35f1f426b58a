/** The hash of a machine's memory, of its pages as they are stored or of all of it as it runs. */
import { createHash } from 'node:crypto';

const PAGE_BYTES = 4096;

/** Of a memory whose pages of zeros are left out, as `hashOfRam` has it of a running machine's. */
export function hashOfMemory(pages: Iterable<readonly [number, Uint8Array]>): string {
  const hash = createHash('sha256');
  for (const [page, bytes] of pages) hash.update(`${page}:`).update(bytes);
  return hash.digest('hex');
}

const ZEROS = new Uint8Array(PAGE_BYTES);
/** @param ram all of a machine's memory */
export function hashOfRam(ram: Uint8Array): string {
  const pages: [number, Uint8Array][] = [];
  for (let page = 0; page < ram.length / PAGE_BYTES; page++) {
    const bytes = Buffer.from(ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
    if (!bytes.equals(ZEROS)) pages.push([page, bytes]);
  }
  return hashOfMemory(pages);
}
