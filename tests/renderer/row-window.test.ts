/** Which rows of a long list are drawn. */
import { expect, test } from 'vitest';
import { rowsInSight, rowTops } from '../../renderer/views/list/row-window.ts';

const HEIGHT = 54;
const tops = (count: number) => rowTops(Array.from({ length: count }, () => HEIGHT));

test('a short list is drawn whole', () => expect(rowsInSight(tops(100), 3000, 500)).toEqual({ first: 0, end: 100, above: 0, below: 0 }));
test.each([0, 1000, 12_345, 500 * HEIGHT - 600])('at %i all in sight are drawn, and the whole height stays', (from) => {
  const all = tops(500);
  const { first, end, above, below } = rowsInSight(all, from, 600);
  expect(above).toBe(first * HEIGHT);
  expect(above + (end - first) * HEIGHT + below).toBe(500 * HEIGHT);
  expect(above).toBeLessThanOrEqual(from);
  expect(500 * HEIGHT - below).toBeGreaterThanOrEqual(from + 600);
  expect(end - first).toBeLessThan(40);
});
test('rows of different heights are told apart', () => {
  const mixed = rowTops(Array.from({ length: 300 }, (_, index) => (index % 10 === 0 ? 32 : 28)));
  const { first, end, above } = rowsInSight(mixed, 5000, 400);
  expect(mixed[first]).toBe(above);
  expect(mixed[first]!).toBeLessThanOrEqual(4400);
  expect(mixed[end]!).toBeGreaterThanOrEqual(6000);
});
