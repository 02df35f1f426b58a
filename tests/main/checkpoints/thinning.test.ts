/** Thinning keeps what it promises whatever the moments are, and a budget takes the oldest first. */
import { describe, expect, test } from 'vitest';
import { agesOf, overBudget, thinned, type Moment, type Thinnable } from '../../../main/checkpoints/thinning.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const PRESENT: Moment = { createdAt: NOW };
const at = (age: number, ownBytes = 1): Thinnable => ({ id: `${age}`, createdAt: NOW - age, ownBytes });

/** A timeline thinned every interval, as a machine's is; answers with the ages that are left. */
function lived(everySeconds: number, milliseconds: number): number[] {
  let kept: Thinnable[] = [];
  for (let now = NOW - milliseconds; now <= NOW; now += everySeconds * 1000) {
    kept.push({ id: `${now}`, createdAt: now, ownBytes: 1 });
    const gone = new Set(thinned(kept, { createdAt: now }));
    kept = kept.filter(({ id }) => !gone.has(id));
  }
  return kept.map(({ createdAt }) => NOW - createdAt).sort((a, b) => a - b);
}

describe('thinning', () => {
  test('leaves the last ten alone', () => {
    const last = Array.from({ length: 10 }, (_, index) => at((9 - index) * 2000));
    expect(thinned(last, PRESENT)).toEqual([]);
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
    const all = Array.from({ length: 500 }, (_, index) => at((499 - index) * 7919));
    const gone = new Set(thinned(all, PRESENT));
    expect(gone.size).toBeGreaterThan(0);
    expect(
      thinned(
        all.filter(({ id }) => !gone.has(id)),
        PRESENT,
      ),
    ).toEqual([]);
  });
});

describe('a clock that is set', () => {
  /** One a minute for so long, the first `from` after noon by the clock. */
  const minutes = (count: number, from: number, steady?: number): Thinnable[] =>
    Array.from({ length: count }, (_, index) => {
      const steadyAt = steady === undefined ? {} : { steadyAt: steady + index * MINUTE };
      return { id: `${from + index * MINUTE}`, createdAt: NOW + from + index * MINUTE, ownBytes: 1, ...steadyAt };
    });

  test('back by days: what was taken before is as old as it was, and today’s are the last ten', () => {
    const ahead = minutes(30, 3 * DAY);
    const today = minutes(30, 0);
    const now = { createdAt: NOW + 30 * MINUTE };
    // At the seam two share a minute.
    expect(thinned([...ahead, ...today], now)).toEqual(['0']);
    const ages = agesOf([...ahead, ...today], now);
    expect(ages.at(-1)).toBe(MINUTE);
    // Nothing says how long it was between the two.
    expect(ages[29]).toBe(30 * MINUTE);
    expect(ages[0]).toBe(59 * MINUTE);
  });
  test('ahead and back again: what is older than both is no older than it says', () => {
    const before = minutes(20, 0);
    const ahead = minutes(5, 3 * DAY);
    const after = minutes(20, 25 * MINUTE);
    const now = { createdAt: NOW + 45 * MINUTE };
    expect(agesOf([...before, ...ahead, ...after], now)[0]).toBe(45 * MINUTE);
    expect(thinned([...before, ...ahead, ...after], now)).toEqual([`${25 * MINUTE}`]);
  });
  test('ahead while the program runs: nothing is older for it', () => {
    const before = minutes(40, 0, 1000);
    const ahead = minutes(12, 3 * DAY, 1000 + 40 * MINUTE);
    const now = { createdAt: NOW + 3 * DAY + 12 * MINUTE, steadyAt: 1000 + 52 * MINUTE };
    expect(thinned([...before, ...ahead], now)).toEqual([]);
    expect(agesOf([...before, ...ahead], now)[0]).toBe(52 * MINUTE);
  });
});

describe('a budget', () => {
  const all = [at(40, 40), at(30, 20), at(20, 10), at(10, 5)];
  test('of nothing is none', () => expect(overBudget(all, 1000, 0)).toEqual([]));
  test('takes the oldest first, and no more than it needs', () => {
    expect(overBudget(all, 75, 75)).toEqual([]);
    expect(overBudget(all, 75, 70)).toEqual(['40']);
    expect(overBudget(all, 75, 20)).toEqual(['40', '30']);
  });
  test('leaves the newest, however little it allows', () => expect(overBudget(all, 1000, 1)).toEqual(['40', '30', '20']));
});
