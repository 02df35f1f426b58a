/** One block request, read from its chain (virtio 1.3, section 5.2.6). */
import type { Chain } from '../chain.ts';
import { SECTOR_BYTES } from './state.ts';

export const TYPE_READ = 0;
export const TYPE_WRITE = 1;
export const TYPE_FLUSH = 4;
export const TYPE_GET_ID = 8;
export const TYPE_DISCARD = 11;
export const TYPE_WRITE_ZEROES = 13;
export const HEADER_BYTES = 16;
/** One piece of a discard or write-zeroes request. */
const RANGE_BYTES = 16;

export interface BlockRequest {
  readonly chain: Chain;
  readonly type: number;
  /** Byte offset on the disk. */
  readonly offset: number;
  /** Bytes to read from or to write to the disk. */
  readonly length: number;
}

/** Reads a request's header; undefined where the chain has no room for header and status. */
export function blockRequest(chain: Chain): BlockRequest | undefined {
  if (chain.readableLength < HEADER_BYTES || chain.writableLength < 1) return undefined;
  const header = new DataView(chain.read(0, HEADER_BYTES).buffer);
  const type = header.getUint32(0, true);
  const length = type === TYPE_WRITE ? chain.readableLength - HEADER_BYTES : chain.writableLength - 1;
  return { chain, type, offset: Number(header.getBigUint64(8, true)) * SECTOR_BYTES, length };
}

/** A piece of the disk to discard or to fill with zeroes, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** The pieces of a discard or write-zeroes request; undefined where their form is wrong. */
export function ranges(chain: Chain, most: number): readonly Range[] | undefined {
  const bytes = chain.readableLength - HEADER_BYTES;
  if (bytes === 0 || bytes % RANGE_BYTES !== 0 || bytes / RANGE_BYTES > most) return undefined;
  const view = new DataView(chain.read(HEADER_BYTES, bytes).buffer);
  return Array.from({ length: bytes / RANGE_BYTES }, (_, index) => ({
    offset: Number(view.getBigUint64(index * RANGE_BYTES, true)) * SECTOR_BYTES,
    length: view.getUint32(index * RANGE_BYTES + 8, true) * SECTOR_BYTES,
  }));
}
