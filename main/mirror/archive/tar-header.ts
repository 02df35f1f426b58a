/** One header block of a tar archive (POSIX.1-2024, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). */
import { damaged } from './archive-fault.ts';

export const BLOCK = 512;

export interface TarHeader {
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** Of the content, in bytes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly major: number;
  readonly minor: number;
}

/** Undefined for a block of zeros, which ends an archive. @throws ArchiveFault where it is no header */
export function readTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  if (number(bytes, 148, 8) !== sum) throw damaged('the checksum of a header is wrong');
  // The prefix is POSIX's; GNU's own format has other fields there.
  const prefix = bytes.toString('latin1', 257, 263) === 'ustar\0' ? text(bytes, 345, 155) : '';
  const name = text(bytes, 0, 100);
  return {
    type: String.fromCharCode(bytes[156] || 48),
    name: prefix ? `${prefix}/${name}` : name,
    linkName: text(bytes, 157, 100),
    mode: number(bytes, 100, 8),
    owner: number(bytes, 108, 8),
    group: number(bytes, 116, 8),
    size: number(bytes, 124, 12),
    time: number(bytes, 136, 12),
    major: number(bytes, 329, 8),
    minor: number(bytes, 337, 8),
  };
}

function text(bytes: Buffer, start: number, length: number): string {
  const end = bytes.subarray(start, start + length).indexOf(0);
  return bytes.toString('utf8', start, start + (end < 0 ? length : end));
}

/** Octal digits, or GNU's base 256 where the first bit is set. */
function number(bytes: Buffer, start: number, length: number): number {
  const first = bytes[start]!;
  if (first & 0x80) {
    let value = first & 0x7f;
    for (let at = start + 1; at < start + length; at++) value = value * 256 + bytes[at]!;
    if (!Number.isSafeInteger(value)) throw damaged('a number in a header is too large');
    return value;
  }
  const digits = bytes
    .toString('latin1', start, start + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]*$/.test(digits)) throw damaged('a header has something else where a number should be');
  return digits === '' ? 0 : parseInt(digits, 8);
}
