/** What is known of each page of RAM: one byte a page in shared memory, changed by atomic operations only. */

/** Bytes of a page. */
export const PAGE_SIZE = 4096;

/** Bits of a page's byte. A page may be written unseen by a core's fast path only while all of them are 0. */
export const PAGE = {
  /** Some core holds translated code of it. */
  code: 1,
  /** Not RAM at present, though it lies within a range of it: the board's bus answers every access. */
  device: 2,
  /** Stores are looked at (a bare program's `tohost`). */
  watched: 4,
  /** A snapshot still needs what it holds: whoever changes it keeps a copy first (page-keeper.ts). */
  unsaved: 8,
  /** Somebody is making that copy. */
  saving: 16,
  /** Not written since the last snapshot point that was saved or gone back to. */
  clean: 32,
  /** Its content is not here yet: whoever touches it waits until it has been filled (absent-pages.ts). */
  absent: 64,
  /** Read as RAM; what cores write to it goes to the board's bus. */
  readOnly: 128,
} as const;

/** What the board has a page be; it changes only as the board says, and is no part of a snapshot. */
const STANDING = PAGE.device | PAGE.readOnly;

/** A bit in all four bytes of a word of flags. */
const four = (bit: number): number => bit * 0x01010101;

/** The flags as words of four pages; a machine's memory is a multiple of 1 MiB, so they come out even. */
export const flagWords = (buffer: SharedArrayBuffer, pageFlags: number, size: number): Int32Array =>
  new Int32Array(buffer, pageFlags, size / PAGE_SIZE / 4);

/** `absent` in the bytes of those of four pages whose bit is set. */
const SPREAD = Array.from({ length: 16 }, (_, bits) =>
  [0, 1, 2, 3].reduce((word, page) => word | ((bits >> page) & 1 ? PAGE.absent << (8 * page) : 0), 0),
);

export interface Marks {
  /** Which pages this snapshot must copy: all, those written since the last snapshot point, or (absent) none. */
  readonly save?: 'all' | 'changed';
  /** Going back to another snapshot point: the pages that differ there, one bit a page. With them every page written since is absent. */
  readonly differs?: Uint8Array;
  /** Called for each page that becomes absent and of which a core may hold translated code. */
  readonly codeGone?: (page: number) => void;
}

/**
 * Marks the pages at a snapshot point. Only while nothing touches RAM; cores must drop their permissions to write unseen, and
 * where pages become absent everything they remember.
 * @returns how many pages are absent now
 */
export function markPages(words: Int32Array, { save, differs, codeGone }: Marks): number {
  let absent = 0;
  for (let index = 0; index < words.length; index++) {
    const before = Atomics.load(words, index);
    const changed = ~before & four(PAGE.clean);
    let set = four(PAGE.clean);
    // The bits of `clean` moved onto `unsaved` and onto `absent`. What an absent page will hold is saved elsewhere already.
    if (save === 'changed') set |= changed >>> 2;
    if (save === 'all') set |= four(PAGE.unsaved) & ~(before >>> 3);
    if (differs) set |= (changed << 1) | (SPREAD[((differs[index >> 1] as number) >> ((index & 1) * 4)) & 15] as number);
    Atomics.or(words, index, set);
    const gone = (before | set) & four(PAGE.absent);
    if (gone === 0) continue;
    for (let page = 0; page < 4; page++) {
      if (((gone >>> (8 * page)) & PAGE.absent) === 0) continue;
      absent++;
      if ((before >>> (8 * page)) & PAGE.code) codeGone?.(index * 4 + page);
    }
  }
  return absent;
}

/** Marks the pages of a machine that starts from a snapshot point: `differs` has those that are not zero. @returns how many are absent */
export function markStart(words: Int32Array, differs: Uint8Array): number {
  for (let index = 0; index < words.length; index++)
    Atomics.store(words, index, (Atomics.load(words, index) & four(STANDING)) | four(PAGE.clean));
  return markPages(words, { differs });
}

/** Takes a flag from all pages. */
export function clearFlag(words: Int32Array, bit: number): void {
  for (let index = 0; index < words.length; index++)
    if ((Atomics.load(words, index) & four(bit)) !== 0) Atomics.and(words, index, ~four(bit));
}

/** The pages from `from` on that carry a flag, at most `most`, in order. */
export function pagesWith(words: Int32Array, bit: number, from: number, max: number): number[] {
  const pages: number[] = [];
  for (let index = from >> 2; index < words.length && pages.length < max; index++) {
    const word = Atomics.load(words, index) & four(bit);
    if (word === 0) continue;
    for (let page = index * 4; page < index * 4 + 4 && pages.length < max; page++)
      if (page >= from && (word >>> (8 * (page & 3))) & bit) pages.push(page);
  }
  return pages;
}

/** Whether a page is all zero. @param words memory as words, in which the page begins at `from` */
export function isZeroPage(words: Int32Array, from: number): boolean {
  const end = from + PAGE_SIZE / 4;
  for (let at = from; at < end; at += 4)
    if (((words[at] as number) | (words[at + 1] as number) | (words[at + 2] as number) | (words[at + 3] as number)) !== 0) return false;
  return true;
}
