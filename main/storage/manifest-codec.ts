/**
 * A manifest's list of chunks as bytes: 0 for a chunk of zeros, otherwise one more than the zigzagged difference to the
 * number after the one before, as a LEB128 varint; then zstd. Pages stored together are neighbours, so that 131,072
 * pages of a guest stored at once take a few hundred bytes.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ZERO, type ChunkId } from './chunk.ts';

/** The longest varint of a safe integer. */
const LONGEST_VARINT = 8;

export function encodeEntries(entries: Iterable<ChunkId | undefined> & { readonly length: number }): Uint8Array {
  const bytes = new Uint8Array(entries.length * LONGEST_VARINT);
  let at = 0;
  let expected = 1;
  // Of a sparse list's holes, too, `for of` makes `undefined`.
  for (const entry of entries) {
    const number = entry ?? ZERO;
    let code = 0;
    if (number !== ZERO) {
      const difference = number - expected;
      code = (difference >= 0 ? difference * 2 : -difference * 2 - 1) + 1;
      expected = number + 1;
    }
    for (; code >= 128; code = Math.floor(code / 128)) bytes[at++] = (code % 128) | 128;
    bytes[at++] = code;
  }
  return zstdCompressSync(bytes.subarray(0, at));
}

/** @throws Error when the bytes are no list of `count` chunks */
export function decodeEntries(packed: Uint8Array, count: number): Float64Array {
  const bytes = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, count * LONGEST_VARINT) });
  const entries = new Float64Array(count);
  let at = 0;
  let expected = 1;
  for (let index = 0; index < count; index++) {
    let code = 0;
    for (let scale = 1, more = true; more; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the list ends early');
      code += (byte % 128) * scale;
      more = byte >= 128;
    }
    if (code === 0) continue;
    const zigzag = code - 1;
    const number = expected + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    entries[index] = number;
    expected = number + 1;
  }
  if (at !== bytes.length) throw new Error('the list is too long');
  return entries;
}
