/** Amounts, rates and lengths of time in the window's language; in English they read as everywhere else in the program. */
import { formatDuration } from '../../emulator/quantities/durations.ts';
import { agoFormat, numberFormat } from './formats.ts';
import { t } from './words.ts';

export { formatDuration };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const number = (value: number, most = 0, least = 0): string =>
  numberFormat(`${least}-${most}`, { maximumFractionDigits: most, minimumFractionDigits: least }).format(value);

/** Three digits are enough to compare by. */
const threeDigits = (value: number): string => number(value, value >= 99.95 ? 0 : 1);

/** A large number with its thousands apart: `131,072`. */
export const countText = (count: number): string => number(Math.round(count));

const BYTE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1 byte`, `812 bytes`, `1.5 KiB`, `120 GiB`: binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = -1;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit < 0 ? t('quantities.bytes', { count: Math.round(bytes) }) : `${threeDigits(value)} ${BYTE_UNITS[unit]}`;
}

const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'] as const;

/** `0 bit/s`, `812 bit/s`, `56 kbit/s`, `1.2 Mbit/s`. */
export function formatRate(bitsPerSecond: number): string {
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 999.5 && unit < RATE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? number(value) : threeDigits(value)} ${RATE_UNITS[unit]}`;
}

/** A count with a word for its size: `812`, `4.2 million`, `1.3 billion`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return t('quantities.billion', { value: number(count / 1e9, 1, 1) });
  if (count >= 1e6) return t('quantities.million', { value: number(count / 1e6, 1, 1) });
  return countText(count);
}

/** Millions of instructions a second: `0.4`, `12`, `1,240`. */
export const formatMips = (mips: number): string => (mips > 0 && mips < 10 ? number(mips, 1, 1) : countText(mips));

/** A share from 0 to 1 as whole percent; never `100 %` for less than all of it. */
export const formatShare = (share: number): string => `${share >= 1 ? 100 : Math.min(99, Math.round(share * 100))} %`;

/** Milliseconds with their units: `4.2 s`, `3 min 07 s`, `2 h 15 min`, `3 d 04 h`. */
export function durationText(milliseconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${number(tenths / 10, 1, 1)} s`;
  const rounded = Math.round(milliseconds / SECOND) * SECOND;
  if (rounded < HOUR) return `${Math.floor(rounded / MINUTE)} min ${two((rounded % MINUTE) / SECOND)} s`;
  if (rounded < DAY) return `${Math.floor(rounded / HOUR)} h ${two((rounded % HOUR) / MINUTE)} min`;
  return t('quantities.daysHours', { days: Math.floor(rounded / DAY), hours: two((rounded % DAY) / HOUR) });
}

const UNITS = [
  { unit: 'day', length: DAY },
  { unit: 'hour', length: HOUR },
  { unit: 'minute', length: MINUTE },
  { unit: 'second', length: SECOND },
] as const;
const largest = (milliseconds: number) => UNITS.find(({ length }) => milliseconds >= length) ?? UNITS[3];
const inUnits = (milliseconds: number, length: number): number => Math.max(0, Math.round(milliseconds / length));

/** Milliseconds in their largest unit: `3 days`, `1 hour`, `12 seconds`. */
export function spanWords(milliseconds: number): string {
  const { unit, length } = largest(milliseconds);
  return numberFormat(unit, { style: 'unit', unit, unitDisplay: 'long' }).format(inUnits(milliseconds, length));
}

/** `just now`, `12 minutes ago`; after the clock was set back, `3 days in the future`. */
export function agoWords(at: number, now: number): string {
  if (at - now > MINUTE) return t('quantities.inFuture', { span: spanWords(at - now) });
  if (now - at < 5 * SECOND) return t('quantities.justNow');
  const { unit, length } = largest(now - at);
  return agoFormat().format(-inUnits(now - at, length), unit);
}

/** What is left of a transfer at its present speed; empty where that is not known. */
export function formatRemaining(done: number, total: number | undefined, perSecond: number | undefined): string {
  if (total === undefined || !perSecond || perSecond <= 0) return '';
  return t('quantities.left', { duration: formatDuration((total - done) / perSecond) });
}
