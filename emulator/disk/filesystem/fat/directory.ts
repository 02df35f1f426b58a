/**
 * FAT directories: entries of 32 bytes, a short name each; long names stand in entries before it, last part first.
 * Microsoft's "FAT: General Overview of On-Disk Format" (1.03), "FAT Directory Structure" and "FAT Long Directory Entries".
 */
import { nameOfUnits, u16, u32 } from '../bytes.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isLabel: boolean;
  /** Read-only, hidden, system, archive. */
  readonly attributes: number;
  readonly cluster: number;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

export const ENTRY_BYTES = 32;
const ATTRIBUTE = { label: 0x08, directory: 0x10, long: 0x0f, longMask: 0x3f } as const;
const DELETED = 0xe5;
/** Twenty parts of 13 letters: 255 with their end. */
const LAST_PART = 0x40;
/** Where a part's letters stand. */
const LETTERS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/** Code page 437 from 0x80 on: what short names are written in where nothing else is said. */
const CODE_PAGE =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** The checksum that ties the parts of a long name to its short one. */
function checksumOf(short: Uint8Array): number {
  let sum = 0;
  for (const byte of short) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

class LongName {
  #parts: number[][] = [];
  #expected = 0;
  #checksum = -1;

  add(entry: Uint8Array): void {
    const order = entry[0]! & ~LAST_PART;
    if (entry[0]! & LAST_PART) {
      this.#parts = [];
      this.#expected = order;
      this.#checksum = entry[13]!;
    }
    if (order < 1 || order > 20 || order !== this.#expected || entry[13] !== this.#checksum) return this.forget();
    this.#parts.unshift(LETTERS.map((at) => u16(entry, at)));
    this.#expected--;
  }
  forget(): void {
    this.#parts = [];
    this.#expected = 0;
    this.#checksum = -1;
  }
  /** The name, if it is whole and belongs to this short one. */
  take(short: Uint8Array): string | undefined {
    const units = this.#parts.flat();
    const fits = units.length > 0 && this.#expected === 0 && this.#checksum === checksumOf(short);
    this.forget();
    if (!fits) return undefined;
    const end = units.indexOf(0);
    return nameOfUnits(end < 0 ? units : units.slice(0, end));
  }
}

/** Reads entries from the bytes of a whole directory, without `.`, `..` and deleted ones. */
export function* entriesIn(bytes: Uint8Array): Generator<DirectoryEntry> {
  const long = new LongName();
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const entry = bytes.subarray(at, at + ENTRY_BYTES);
    if (entry[0] === 0) return;
    const attributes = entry[11]!;
    if (entry[0] === DELETED) long.forget();
    else if ((attributes & ATTRIBUTE.longMask) === ATTRIBUTE.long) long.add(entry);
    else {
      const name = long.take(entry.subarray(0, 11)) ?? shortName(entry);
      if (entry[0] !== 0x2e) yield directoryEntry(entry, name);
    }
  }
}

function directoryEntry(entry: Uint8Array, name: string): DirectoryEntry {
  const attributes = entry[11]!;
  return {
    name,
    isDirectory: (attributes & ATTRIBUTE.directory) !== 0,
    isLabel: (attributes & ATTRIBUTE.label) !== 0,
    attributes: attributes & 0x27,
    cluster: u16(entry, 26) + u16(entry, 20) * 65536,
    sizeBytes: u32(entry, 28),
    modifiedAt: timeOf(u16(entry, 24), u16(entry, 22)),
  };
}

/** Eight letters and three; Windows NT notes in byte 12 that a part is in small letters. */
function shortName(entry: Uint8Array): string {
  const text = (from: number, to: number, small: boolean) => {
    const letters = [...entry.subarray(from, to)].map((byte, index) => letterOf(from + index === 0 && byte === 0x05 ? 0xe5 : byte));
    const joined = letters.join('').trimEnd();
    return small ? joined.toLowerCase() : joined;
  };
  const base = text(0, 8, (entry[12]! & 0x08) !== 0);
  const extension = text(8, 11, (entry[12]! & 0x10) !== 0);
  return nameOfUnits([...(extension ? `${base}.${extension}` : base)].map((letter) => letter.charCodeAt(0)));
}
const letterOf = (byte: number) => (byte < 0x80 ? String.fromCharCode(byte) : (CODE_PAGE[byte - 0x80] ?? '?'));

/** Date: years since 1980, month, day; time: hours, minutes, pairs of seconds. 0: none. */
function timeOf(date: number, time: number): number {
  if (date === 0) return 0;
  return Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}
