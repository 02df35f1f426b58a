/** The history of what a cable carried: no timer, so what counts is when somebody counts and looks. */
import { expect, test } from 'vitest';
import { Traffic } from '../../../emulator/network/cable/traffic.ts';

test('bytes are told in all and by halves of a second, from the first on', () => {
  const traffic = new Traffic(10_000);
  traffic.count(100, true, 10_000);
  traffic.count(20, true, 10_499);
  traffic.count(7, false, 10_500);
  expect(traffic.report(10_999)).toEqual({
    ...{ toGuest: 120, fromGuest: 7 },
    history: { everyMs: 500, last: 0, toGuest: [120], fromGuest: [0] },
  });
  expect(traffic.report(12_100).history).toEqual({ everyMs: 500, last: 3, toGuest: [120, 0, 0, 0], fromGuest: [0, 7, 0, 0] });
});

test('what is older than two minutes is forgotten, also after a long silence', () => {
  const traffic = new Traffic(0);
  traffic.count(5, true, 0);
  traffic.count(6, true, 60_000);
  const later = traffic.report(120_100).history;
  expect(later.toGuest).toHaveLength(239);
  expect(later.toGuest.reduce((sum, bytes) => sum + bytes)).toBe(6);
  traffic.count(9, true, 10_000_000);
  const long = traffic.report(10_000_600);
  expect(long.history.toGuest.filter((bytes) => bytes > 0)).toEqual([9]);
  expect(long.history.toGuest.at(-1)).toBe(9);
  expect(long.toGuest).toBe(20);
});

test('a clock that goes back a little counts into the same piece', () => {
  const traffic = new Traffic(0);
  traffic.count(1, true, 700);
  traffic.count(2, true, 300);
  expect(traffic.report(1000).history.toGuest).toEqual([0, 3]);
});
