/** What every image format offers once it is open: a virtual disk that is only read, and its errors. */

import { MachineError } from '../error/machine-error.ts';

/** A range of a disk in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A virtual disk. Reading never changes the image, its backing files included. */
export interface DiskImage {
  /** The disk's size as a guest sees it, in bytes. */
  readonly sizeBytes: number;
  /**
   * Fills `into` from `offset`. Several reads may be under way at once.
   * @throws DiskImageError when the range is not inside the disk, or when the image turns out to be damaged there
   */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** The parts of a range that may hold something else than zeroes, in order; absent where the format cannot know. */
  allocated?(offset: number, length: number): AsyncIterable<Extent>;
  /** Closes the stores of the image and of its backing files. */
  close(): Promise<void>;
}

/**
 * Why an image cannot be used: it is something else; it uses a feature that we do not read; its metadata contradicts
 * itself or the file ends early; its backing file cannot be used; the host cannot read the file; the caller asked for
 * something impossible. Its code is one of `image-…`.
 */
export class DiskImageError extends MachineError {}

/** A name as it may be shown: images and files name other files, and a terminal obeys control characters. */
export const shownName = (name: string): string => name.replace(/\p{Cc}/gu, '?');

/** @throws DiskImageError when a range is not inside a disk of `sizeBytes` */
export function checkRange(sizeBytes: number, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= sizeBytes) return;
  throw new DiskImageError('image-range', { offset, length, sizeBytes });
}
