/** Thinning keeps what it promises whatever the moments are, and a budget takes the oldest first. */
import { describe, expect, test } from 'vitest';
import { overBudget, thinned, type Thinnable } from '../../../main/timeline/thinning.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const at = (age: number, ownBytes = 1): Thinnable => ({ id: `${age}`, createdAt: NOW - age, ownBytes });

/** A timeline thinned every interval, as a machine's is; answers with the ages that are left. */
function lived(everySeconds: number, milliseconds: number): number[] {
  let kept: Thinnable[] = [];
  for (let now = NOW - milliseconds; now <= NOW; now += everySeconds * 1000) {
    kept.push({ id: `${now}`, createdAt: now, ownBytes: 1 });
    const gone = new Set(thinned(kept, now));
    kept = kept.filter(({ id }) => !gone.has(id));
  }
  return kept.map(({ createdAt }) => NOW - createdAt).sort((a, b) => a - b);
}

describe('thinning', () => {
  test('leaves the last ten alone', () => {
    const last = Array.from({ length: 10 }, (_, index) => at(index * 2000));
    expect(thinned(last, NOW)).toEqual([]);
  });
  test('keeps one a minute for an hour, one an hour for a day, one a day', () => {
    const ages = lived(20, 3 * DAY);
    expect(ages.filter((age) => age <= 180_000)).toHaveLength(10);
    const minutes = ages.filter((age) => age > 180_000 && age <= HOUR);
    expect(minutes.length).toBeGreaterThanOrEqual(56);
    expect(minutes.length).toBeLessThanOrEqual(58);
    const hours = ages.filter((age) => age > HOUR && age <= DAY);
    expect(hours.length).toBeGreaterThanOrEqual(22);
    expect(hours.length).toBeLessThanOrEqual(24);
    expect(ages.filter((age) => age > DAY).length).toBeLessThanOrEqual(4);
    expect(Math.max(...ages)).toBeGreaterThanOrEqual(2 * DAY);
  });
  test('thinned once is thinned enough', () => {
    const all = Array.from({ length: 500 }, (_, index) => at(index * 7919));
    const gone = new Set(thinned(all, NOW));
    expect(gone.size).toBeGreaterThan(0);
    expect(
      thinned(
        all.filter(({ id }) => !gone.has(id)),
        NOW,
      ),
    ).toEqual([]);
  });
});

describe('a budget', () => {
  const all = [at(10, 5), at(30, 20), at(20, 10), at(40, 40)];
  test('of nothing is none', () => expect(overBudget(all, 1000, 0)).toEqual([]));
  test('takes the oldest first, and no more than it needs', () => {
    expect(overBudget(all, 75, 75)).toEqual([]);
    expect(overBudget(all, 75, 70)).toEqual(['40']);
    expect(overBudget(all, 75, 20)).toEqual(['40', '30']);
  });
  test('leaves the newest, however little it allows', () => expect(overBudget(all, 1000, 1)).toEqual(['40', '30', '20']));
});
