/** Disks are whole sectors long, files need not be: what is missing of the last sector is zeros. */
import { checkRange, type DiskImage } from './disk-image.ts';

/** What a guest counts a disk in, in bytes (virtio 1.2, 5.2.4). */
export const SECTOR_BYTES = 512;

/** Bytes rounded up to whole sectors. */
export const wholeSectors = (bytes: number): number => Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;

/** The image with its last sector filled up; itself where nothing is missing. */
export function inWholeSectors(image: DiskImage): DiskImage {
  const sizeBytes = wholeSectors(image.sizeBytes);
  if (sizeBytes === image.sizeBytes) return image;
  const { allocated } = image;
  const inside = (offset: number, length: number) => Math.max(0, Math.min(length, image.sizeBytes - offset));
  return {
    sizeBytes,
    async read(offset, into) {
      checkRange(sizeBytes, offset, into.length);
      const length = inside(offset, into.length);
      if (length > 0) await image.read(offset, into.subarray(0, length));
      into.fill(0, length);
    },
    ...(allocated ? { allocated: (offset, length) => allocated.call(image, offset, inside(offset, length)) } : {}),
    close: () => image.close(),
  };
}
