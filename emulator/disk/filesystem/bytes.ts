/** Little-endian fields, parts of a disk, and names as text. */
import { damaged, type DiskReader } from './volume.ts';

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
export const u32 = (bytes: Uint8Array, at: number): number => viewOf(bytes).getUint32(at, true);
/** 64 bits as a number; what is beyond 2^53 comes out inexact, and so large that every check refuses it. */
export const u64 = (bytes: Uint8Array, at: number): number => u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32;

/** @throws FileSystemError `damaged` when the range is not inside; the reader's own errors */
export async function bytesAt(reader: DiskReader, offset: number, length: number): Promise<Uint8Array> {
  if (!(Number.isSafeInteger(offset) && offset >= 0 && offset + length <= reader.sizeBytes))
    throw damaged(`it refers to byte ${offset}, but ends at ${reader.sizeBytes}`);
  const bytes = new Uint8Array(length);
  await reader.read(offset, bytes);
  return bytes;
}

/** A part of a disk as a disk of its own; cut where the disk ends. */
export function part(reader: DiskReader, offset: number, lengthBytes: number): DiskReader {
  const sizeBytes = Math.max(0, Math.min(lengthBytes, reader.sizeBytes - offset));
  return {
    sizeBytes,
    async read(at, into) {
      if (!(at >= 0 && at + into.length <= sizeBytes)) throw damaged(`it refers to byte ${at}, but ends at ${sizeBytes}`);
      await reader.read(offset + at, into);
    },
  };
}

/** Whether ASCII text stands at a place. */
export const hasText = (bytes: Uint8Array, at: number, text: string): boolean =>
  at + text.length <= bytes.length && [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

const hex = (code: number) => `\\x${code.toString(16).padStart(2, '0')}`;
const escapeControls = (text: string) => text.replace(/[\p{Cc}\\/]/gu, (letter) => hex(letter.charCodeAt(0)));

/** UTF-8 as text that can be shown and that is different for different bytes: what is none is written `\xNN`. */
export function nameOf(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x2f)) return String.fromCharCode(...bytes);
  try {
    return escapeControls(decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')));
  } catch {
    return [...bytes].map((byte) => (byte < 0x80 ? escapeControls(String.fromCharCode(byte)) : hex(byte))).join('');
  }
}

/** UTF-16 code units as text, escaped as in `nameOf`. */
export const nameOfUnits = (units: readonly number[]): string => escapeControls(String.fromCharCode(...units));

/** A label: up to the first NUL, without the spaces that fill it up. */
export function labelOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return nameOf(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}
