/** The larger parts of a snapshot's row: states of cores and devices and ends of consoles, as they are stored. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { HISTORY_BYTES } from './console-records.ts';

/** The state of cores and devices may have so many bytes; eight cores and all devices take less than one MiB. */
export const LARGEST_STATE = 16 * 1024 * 1024;
/** The end of one console: as much as is kept of one. */
export const LARGEST_CONSOLE = HISTORY_BYTES;

/** The larger parts of a row, read when they are needed. */
export interface SavedParts {
  /** Not to be taken for `PackedParts`. */
  readonly packed?: never;
  /** Cores and devices; absent where only disks are in it. */
  readonly state?: Uint8Array;
  /** The end of each console, by its number. */
  readonly consoles: readonly Uint8Array[];
}

/** `SavedParts` as the library stores them, compressed: many can be held at once, whatever they unpack to. */
export interface PackedParts {
  readonly packed: true;
  readonly state?: Uint8Array;
  readonly consoles: readonly Uint8Array[];
}

/** With a checksum of the content: what SQLite hands out is checked, too. */
export const packPart = (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

/**
 * Undoes `packPart`.
 * @param limit what it may unpack to; more is damage, found before the memory is taken
 * @throws ContractError for bytes that are not what was packed
 */
export function unpackPart(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: limit }));
  } catch (error) {
    throw new ContractError('saved-part-damaged', { detail: (error as Error).message });
  }
}

export function packParts({ state, consoles }: SavedParts): PackedParts {
  return { packed: true, ...(state ? { state: packPart(state) } : {}), consoles: consoles.map(packPart) };
}

/** @throws ContractError for parts that are not what was packed */
export function unpackParts({ state, consoles }: PackedParts): SavedParts {
  return {
    ...(state ? { state: unpackPart(state, LARGEST_STATE) } : {}),
    consoles: consoles.map((bytes) => unpackPart(bytes, LARGEST_CONSOLE)),
  };
}
