/**
 * Where RAM answers in the physical address space: one range or several with gaps between them, which lie one behind the
 * other in the machine's memory. Everything that counts pages of RAM (flags, generations, snapshots) counts them there.
 */

/** Physical addresses of RAM, in bytes; multiples of a page. */
export interface RamRange {
  readonly at: number;
  readonly size: number;
}

/** Bytes of all ranges together. */
export const ramBytes = (ranges: readonly RamRange[]): number => ranges.reduce((sum, { size }) => sum + size, 0);

/** How far into RAM `length` bytes at a physical address lie, or -1 where they are not wholly in one range. */
export function ramOffset(ranges: readonly RamRange[], address: number, length = 1): number {
  let before = 0;
  for (const { at, size } of ranges) {
    if (address >= at && length >= 0 && address + length <= at + size) return before + address - at;
    before += size;
  }
  return -1;
}

/** The physical address of a byte of RAM. @throws RangeError beyond its end */
export function ramAddress(ranges: readonly RamRange[], offset: number): number {
  let left = offset;
  for (const { at, size } of ranges) {
    if (left < size) return at + left;
    left -= size;
  }
  throw new RangeError(`RAM has no byte ${offset}`);
}
