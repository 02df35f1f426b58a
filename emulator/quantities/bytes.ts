/** Amounts of bytes as people read them, everywhere in the program. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1 byte`, `812 bytes`, `1.5 KiB`, `120 GiB`: binary units; three digits are enough to compare by. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${Math.round(bytes)} bytes`;
  return `${value >= 99.95 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[unit]}`;
}
