import { expect, test } from 'vitest';
import { counterOf, HotPlaces } from '../../../../emulator/engine/compiler/hot-places.ts';
import type { CompileRequest } from '../../../../emulator/engine/compiler/request.ts';
import type { Core } from '../../../../emulator/engine/core/core.ts';
import { COUNTERS } from '../../../../emulator/engine/layout.ts';

const MODE = 1;
const THRESHOLD = 100;

function places() {
  const buffer = new SharedArrayBuffer(COUNTERS * 4);
  const surroundings = { memory: { buffer }, layout: { counters: 0 }, ram: { host: 0 } };
  const core = { surroundings, privileged: { codeContext: () => ({}) } } as unknown as Core;
  const asked: CompileRequest[] = [];
  const hot = new HotPlaces({ core, threshold: THRESHOLD, compile: (requests) => asked.push(...requests), eager: true });
  const counters = new Int32Array(buffer);
  /** As generated code counts, and reports every 1024th arrival below 0. */
  const arrive = (pcLow: number) => {
    const count = ++counters[counterOf(pcLow, MODE)]!;
    if (count === THRESHOLD || (count & 1023) === 0) hot.arrived(pcLow, 0, MODE, pcLow);
  };
  return { hot, asked, counters, arrive };
}

test('a place is asked for at the threshold, once', () => {
  const { asked, arrive } = places();
  for (let arrival = 1; arrival < THRESHOLD; arrival++) arrive(0x1000);
  expect(asked).toEqual([]);
  for (let arrival = 0; arrival < 5000; arrival++) arrive(0x1000);
  expect(asked.map(({ pcLow, early }) => ({ pcLow, early }))).toEqual([{ pcLow: 0x1000, early: false }]);
});

test('what the jump cache leads on from counts from below 0, so that generated code looks there', () => {
  const { hot, counters } = places();
  hot.compiled(0x1000, MODE);
  expect(counters[counterOf(0x1000, MODE)]).toBeLessThan(0);
});

test('a place that shares its counter with a compiled one becomes hot all the same', () => {
  const { hot, asked, arrive } = places();
  const other = 0x1000 + COUNTERS * 2;
  expect(counterOf(other, MODE)).toBe(counterOf(0x1000, MODE));
  hot.compiled(0x1000, MODE);
  for (let arrival = 0; arrival < 20_000; arrival++) arrive(other);
  expect(asked.map(({ pcLow, early }) => ({ pcLow, early }))).toEqual([{ pcLow: other, early: false }]);
});

test('a place that leaves the jump cache is reported at its next arrival', () => {
  const { hot, counters } = places();
  hot.compiled(0x1000, MODE);
  hot.listen(0x1000, MODE);
  expect(counters[counterOf(0x1000, MODE)]).toBe(THRESHOLD - 1);
});
