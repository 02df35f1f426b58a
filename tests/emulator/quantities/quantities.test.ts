/** Amounts as people read them. */
import { describe, expect, test } from 'vitest';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { agoWords, durationText, formatDuration, formatRemaining, spanWords } from '../../../emulator/quantities/durations.ts';
import { fileMomentText, momentText, nearMomentText, timeText, utcMomentText } from '../../../emulator/quantities/moments.ts';
import { countText, formatCount, formatMips, formatShare } from '../../../emulator/quantities/numbers.ts';

/** Noon of a day in this computer's time zone, and some more. */
const at = (minutes: number, seconds = 0) => new Date(2026, 10, 21, 12, minutes, seconds).getTime();

describe('bytes', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 KiB'],
    [1536, '1.5 KiB'],
    [35_861_299, '34.2 MiB'],
    [99.97 * 1024, '100 KiB'],
    [200 * 2 ** 20, '200 MiB'],
    [3 * 2 ** 30, '3 GiB'],
    [120 * 2 ** 30, '120 GiB'],
    [3 * 2 ** 50, '3 PiB'],
    [5000 * 2 ** 50, '5000 PiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('durations', () => {
  test.each([
    [0, '0:00'],
    [67.9, '1:07'],
    [3723, '1:02:03'],
    [-1, '0:00'],
  ])('a clock shows %f seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  test.each([
    [0, '0.0 s'],
    [4200, '4.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [187_000, '3 min 07 s'],
    [3_599_600, '1 h 00 min'],
    [8_100_000, '2 h 15 min'],
    [273_600_000, '3 d 04 h'],
  ])('%d milliseconds are %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));
  test('in the largest unit', () => {
    expect([0, 1000, 59_000, 61_000, 3_700_000, 86_400_000, 3 * 86_400_000].map(spanWords)).toEqual([
      ...['0 seconds', '1 second', '59 seconds', '1 minute', '1 hour', '1 day', '3 days'],
    ]);
  });
  test('how long ago, and a clock that was set back', () => {
    expect([agoWords(at(0), at(0, 2)), agoWords(at(0), at(2)), agoWords(at(9), at(0))]).toEqual([
      ...['just now', '2 minutes ago', '9 minutes in the future'],
    ]);
  });
  test('what is left is said only where it is known', () => {
    expect(formatRemaining(50, 100, 10)).toBe('0:05 left');
    expect([formatRemaining(50, undefined, 10), formatRemaining(50, 100, 0)]).toEqual(['', '']);
  });
});

describe('moments', () => {
  test('in this computer’s time zone', () => {
    expect([timeText(at(7, 3)), momentText(at(7, 3))]).toEqual(['12:07:03', '2026-11-21 12:07:03']);
    expect(nearMomentText(at(7), at(59))).toBe('12:07');
    expect(nearMomentText(at(7), at(24 * 60))).toBe('2026-11-21 12:07');
  });
  test('in UTC', () => {
    const moment = Date.UTC(2026, 10, 21, 14, 3, 12);
    expect([utcMomentText(moment), fileMomentText(moment)]).toEqual(['2026-11-21 14:03:12', '2026-11-21T140312']);
  });
});

describe('numbers', () => {
  test('counts', () => {
    expect(countText(1234567)).toBe('1,234,567');
    expect([formatCount(812), formatCount(4.21e6), formatCount(1.3e9)]).toEqual(['812', '4.2 million', '1.3 billion']);
  });
  test('shares are whole only where they are', () => {
    expect([formatShare(1), formatShare(0.9999), formatShare(0)]).toEqual(['100 %', '99 %', '0 %']);
  });
  test.each([
    [0, '0'],
    [0.44, '0.4'],
    [512.4, '512'],
    [1240, '1,240'],
  ])('%f MIPS are %s', (mips, text) => expect(formatMips(mips)).toBe(text));
});
