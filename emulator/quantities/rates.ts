/** Rates of data as people read them: bits a second, as networks are sold and cables are limited. */

const UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'] as const;

/** `0 bit/s`, `812 bit/s`, `56 kbit/s`, `1.2 Mbit/s`. */
export function formatRate(bitsPerSecond: number): string {
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 99.95 || unit === 0 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[unit]}`;
}
