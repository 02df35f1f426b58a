/** Amounts as people read them: bytes, durations, moments. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0 B`, `812 B`, `3.1 MiB`, `120 GiB`: three digits are enough to compare by. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1).replace('.0', '')} ${UNITS[unit]}`;
}

const two = (value: number) => String(Math.floor(value)).padStart(2, '0');

/** `4.2 s`, `3 min 07 s`, `2 h 15 min`, `3 d 04 h`. */
export function durationText(milliseconds: number): string {
  const tenths = Math.round(milliseconds / 100);
  if (tenths < MINUTE * 10) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${two(seconds % MINUTE)} s`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${two((seconds % HOUR) / MINUTE)} min`;
  return `${Math.floor(seconds / DAY)} d ${two((seconds % DAY) / HOUR)} h`;
}

/** `2026-11-21 14:03:12`, in this computer's time zone. */
export function momentText(epochMilliseconds: number): string {
  const at = new Date(epochMilliseconds);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** A large number with its thousands apart: `131,072`. */
export const countText = (count: number): string => count.toLocaleString('en-US');
