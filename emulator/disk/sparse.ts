/** Reading a disk for export: only the parts that hold something, found by the image's own map and by looking. */
import type { WritableByteStore } from './byte-store.ts';
import type { DiskImage, Extent } from './disk-image.ts';

/** Bytes read at once; one buffer of this size (or of one unit) is all that an export holds of the disk. */
const STEP_BYTES = 1024 * 1024;
/** The granularity of raw exports: smaller holes save nothing on the hosts' file systems. */
const RAW_UNIT_BYTES = 4096;

/** Called with how much of the disk was looked at; an exception ends the export, which is how it is cancelled. */
export type ExportProgress = (doneBytes: number, totalBytes: number) => void;

/** Some units of a disk that are not all zero. `bytes` is only valid until the next is asked for. */
export interface Filled {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  let at = 0;
  if (bytes.byteOffset % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    for (const word of words) if (word !== 0) return false;
    at = words.length * 4;
  }
  for (; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * Runs of units that hold something, in order, each unit once. A run is at most a MiB (or one unit) long; the disk's
 * last unit may be shorter.
 * @param unitBytes a power of two, at least 512
 */
export async function* filledUnits(image: DiskImage, unitBytes: number, progress?: ExportProgress): AsyncGenerator<Filled> {
  const buffer = new Uint8Array(Math.max(STEP_BYTES, unitBytes));
  for await (const { offset, length } of wholeUnits(image, unitBytes)) {
    for (let at = offset; at < offset + length; at += buffer.length) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, offset + length - at));
      await image.read(at, bytes);
      for (const run of filledRuns(bytes, unitBytes))
        yield { offset: at + run.offset, bytes: bytes.subarray(run.offset, run.offset + run.length) };
      progress?.(at + bytes.length, image.sizeBytes);
    }
  }
  progress?.(image.sizeBytes, image.sizeBytes);
}

/** The image's extents, widened to whole units, without overlaps. */
async function* wholeUnits(image: DiskImage, unitBytes: number): AsyncGenerator<Extent> {
  if (!image.allocated) return void (yield { offset: 0, length: image.sizeBytes });
  let done = 0;
  for await (const { offset, length } of image.allocated(0, image.sizeBytes)) {
    const start = Math.max(done, offset - (offset % unitBytes));
    const end = Math.min(image.sizeBytes, Math.ceil((offset + length) / unitBytes) * unitBytes);
    if (end <= start) continue;
    yield { offset: start, length: end - start };
    done = end;
  }
}

function* filledRuns(bytes: Uint8Array, unitBytes: number): Generator<Extent> {
  let start = -1;
  for (let at = 0; at < bytes.length; at += unitBytes) {
    if (isZero(bytes.subarray(at, at + unitBytes))) {
      if (start >= 0) yield { offset: start, length: at - start };
      start = -1;
    } else if (start < 0) start = at;
  }
  if (start >= 0) yield { offset: start, length: bytes.length - start };
}

/** The disk's ranges that are not zero, in units of 4 KiB, neighbours joined. */
export async function* nonZeroExtents(image: DiskImage): AsyncGenerator<Extent> {
  let open: Extent | undefined;
  for await (const { offset, bytes } of filledUnits(image, RAW_UNIT_BYTES)) {
    if (open && open.offset + open.length === offset) open = { offset: open.offset, length: open.length + bytes.length };
    else {
      if (open) yield open;
      open = { offset, length: bytes.length };
    }
  }
  if (open) yield open;
}

/** Writes a disk as a raw image, leaving holes where it is zero. Durable when the promise resolves. */
export async function writeRaw(image: DiskImage, into: WritableByteStore, progress?: ExportProgress): Promise<void> {
  await into.resize(0);
  await into.resize(image.sizeBytes);
  for await (const { offset, bytes } of filledUnits(image, RAW_UNIT_BYTES, progress)) await into.write(offset, bytes);
  await into.flush();
}
