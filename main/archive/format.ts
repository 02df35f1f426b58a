/**
 * The file of a machine, `NAME.vivarium`, format 1. All numbers are little-endian.
 *
 *   file    := magic, version: u32, record*
 *   record  := kind: 4 letters, codec: u32, stored: u32, length: u32, checksum: u32, stored bytes
 *
 * `codec` is 0 (as it is) or 1 (one zstd frame, RFC 8878), `length` what it unpacks to, `checksum` CRC-32 (IEEE 802.3) of
 * the record's first 16 bytes and its stored bytes. `version` is the lowest format that a reader must know. A reader passes
 * over records whose kind begins with a small letter and refuses other kinds that it does not know; unknown fields of JSON
 * are passed over. So later versions may add, and what is here keeps its meaning.
 *
 *   HEAD  first: JSON { program, date }: who wrote it and when. All else is the same in two exports of the same thing.
 *   MACH  second: JSON, an `ArchivedMachine`: definition, snapshots, the present.
 *   CHNK  chunks of 4096 bytes. All chunks of a file are numbered from 1 in the order they come; none comes twice.
 *   LIST  what something is made of, after its chunks: length of the JSON: u32, JSON (a `ListSubject`), then runs of three
 *         64-bit floats: position, number, count: from this position on (in units of 4096 bytes) as many units are the
 *         chunks from this number on; number 0: they are zeros over what is below. Positions not named are zeros, or, of a
 *         disk with a base, the base's.
 *   BLOB  length of the JSON: u32, JSON (a `BlobSubject`), bytes: state of cores and devices, the end of a console.
 *   END_  last: SHA-256 of all bytes before this record.
 */
import { LARGEST_STATE } from '../library/saved-parts.ts';

/** As PNG's: it shows a transfer that changed line ends or bytes above 127. */
export const MAGIC = Buffer.from('VIVARIUM\x89\r\n\x1a', 'latin1');
export const FORMAT = 1;
export const FILE_HEADER_BYTES = 16;
export const RECORD_HEADER_BYTES = 20;
/** An `END_` record as a whole. */
export const END_BYTES = RECORD_HEADER_BYTES + 32;

export type RecordKind = 'HEAD' | 'MACH' | 'CHNK' | 'LIST' | 'BLOB' | 'END_';
/**
 * What a record of each kind may unpack to, so that a hostile one cannot fill the memory: what is said of 50,000
 * snapshots, 256 chunks, a list of five million runs, the state of the largest machine.
 */
export const MAX_BYTES: Readonly<Record<RecordKind, number>> = {
  HEAD: 65_536,
  MACH: 64 * 1024 * 1024,
  CHNK: 1024 * 1024,
  LIST: 128 * 1024 * 1024,
  BLOB: LARGEST_STATE + 65_536,
  END_: 32,
};

export const CHUNK_BYTES = 4096;
/** Chunks of one record: they compress together, and 256 KiB are soon read. */
export const CHUNKS_AT_ONCE = 64;

export interface ArchiveHead {
  readonly program: string;
  /** ISO 8601. */
  readonly date: string;
}

/** What a list says the content of: memory or a disk of a snapshot (by its id), a disk's base as a guest sees it, a file. */
export type ListSubject =
  | { readonly of: 'memory'; readonly snapshot: string; readonly pages: number }
  | { readonly of: 'disk'; readonly snapshot: string; readonly slot: number }
  | { readonly of: 'base'; readonly path: string; readonly format: 'raw' | 'qcow2'; readonly sizeBytes: number }
  | { readonly of: 'file'; readonly path: string; readonly sizeBytes: number };
export type BlobSubject =
  { readonly of: 'state'; readonly snapshot: string } | { readonly of: 'console'; readonly snapshot: string; readonly console: number };
