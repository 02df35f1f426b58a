/** The size of a block device. Its "file length" is 0, and Node cannot ask the driver, so it is looked up, or found by reading. */
import { readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const SECTOR_BYTES = 512;
/** Nothing is larger: byte offsets are exact up to here. */
const MAX_SECTORS = Number.MAX_SAFE_INTEGER / SECTOR_BYTES;

/** Major and minor number in a `st_rdev` of Linux (sysmacros.h), as `7:0`. */
export function deviceNumber(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & ~0xffn);
  return `${major}:${minor}`;
}

/** Bytes of an open block device. On Linux sysfs knows them; elsewhere the end is found by reading. */
export async function deviceSize(device: FileHandle, rdev: bigint): Promise<number> {
  if (process.platform === 'linux') {
    // In sectors of 512 bytes, whatever the device's own are (Documentation/ABI/stable/sysfs-block).
    const text = await readFile(`/sys/dev/block/${deviceNumber(rdev)}/size`, 'utf8').catch(() => '');
    if (/^\d+\s*$/.test(text)) return Number(text) * SECTOR_BYTES;
  }
  return sizeByReading(device);
}

/** Finds where something that can be read at any place ends, to the sector, in about a hundred reads. */
export async function sizeByReading(device: Pick<FileHandle, 'read'>): Promise<number> {
  const sector = new Uint8Array(SECTOR_BYTES);
  const isInside = async (number: number) => {
    try {
      return (await device.read(sector, 0, SECTOR_BYTES, number * SECTOR_BYTES)).bytesRead > 0;
    } catch {
      return false;
    }
  };
  let beyond = 1;
  while (beyond < MAX_SECTORS && (await isInside(beyond - 1))) beyond *= 2;
  let inside = beyond === 1 ? 0 : beyond / 2;
  while (inside < beyond) {
    const middle = inside + Math.floor((beyond - inside) / 2);
    if (await isInside(middle)) inside = middle + 1;
    else beyond = middle;
  }
  return inside * SECTOR_BYTES;
}
