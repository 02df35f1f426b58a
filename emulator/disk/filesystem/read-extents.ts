/** Reading a file whose place on the volume is known. */
import type { DiskReader, FileExtent } from './volume.ts';

/** Where a list of extents passes `offset`: the first extent that ends behind it. */
function firstBehind(extents: readonly FileExtent[], offset: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const extent = extents[middle]!;
    if (extent.fileOffset + extent.lengthBytes <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Fills `into` from `offset` of a file of `sizeBytes`; holes are zeros. @returns the bytes filled */
export async function readExtents(
  reader: DiskReader,
  extents: readonly FileExtent[],
  sizeBytes: number,
  offset: number,
  into: Uint8Array,
): Promise<number> {
  const length = Math.max(0, Math.min(into.length, sizeBytes - offset));
  into.fill(0, 0, length);
  for (let index = firstBehind(extents, offset); index < extents.length; index++) {
    const { fileOffset, lengthBytes, volumeOffset } = extents[index]!;
    if (fileOffset >= offset + length) break;
    const start = Math.max(fileOffset, offset);
    const end = Math.min(fileOffset + lengthBytes, offset + length);
    await reader.read(volumeOffset + start - fileOffset, into.subarray(start - offset, end - offset));
  }
  return length;
}

/** Adds an extent, joined with the one before where they touch on both sides. */
export function append(extents: FileExtent[], extent: FileExtent): void {
  const last = extents.at(-1);
  const touches =
    last !== undefined &&
    last.fileOffset + last.lengthBytes === extent.fileOffset &&
    last.volumeOffset + last.lengthBytes === extent.volumeOffset;
  if (!touches) extents.push(extent);
  else extents[extents.length - 1] = { ...last, lengthBytes: last.lengthBytes + extent.lengthBytes };
}
