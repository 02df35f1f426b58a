/**
 * A chunk: 4 to 64 KiB of bytes known by their SHA-256. Inside one store it has a number, given once and never again,
 * so that a list of chunks is a list of small integers; the full hash stands beside the number and is checked on reading.
 */
import { hash } from 'node:crypto';

/** A chunk's number in its store. */
export type ChunkId = number & { readonly of?: 'chunk' };

/** The chunk of zeros, whatever its length. It is never stored. */
export const ZERO: ChunkId = 0;

export const SMALLEST_CHUNK = 4096;
export const LARGEST_CHUNK = 65536;
/** SHA-256, in full: guests choose the contents, so a shortened hash could be made to collide. */
export const HASH_BYTES = 32;

const zeros = new Uint8Array(LARGEST_CHUNK);

export const isZero = (chunk: Uint8Array): boolean => Buffer.compare(chunk, zeros.subarray(0, chunk.length)) === 0;

export const hashOf = (chunk: Uint8Array): Buffer => hash('sha256', chunk, 'buffer');

/** @throws RangeError for a chunk that is too small or too large */
export function refuseOddSize(chunk: Uint8Array): void {
  if (chunk.length < SMALLEST_CHUNK || chunk.length > LARGEST_CHUNK)
    throw new RangeError(`a chunk has ${SMALLEST_CHUNK} to ${LARGEST_CHUNK} bytes, not ${chunk.length}`);
}
