/** What cards on a network have since they were plugged in, where the network says something else now. */
import { expect, test } from 'vitest';
import { StartedSettings } from '../../../main/services/started-settings.ts';

test('a card that runs is told apart by what it has and would have, until its next start', () => {
  const started = new StartedSettings();
  const [first, second] = [
    { run: {}, card: 0 },
    { run: {}, card: 1 },
  ];
  started.changes([first], { mtu: 9000 });
  expect(started.isOld(first, {}, {})).toBe(true);
  expect(started.isOld({ ...first, card: 1 }, {}, {})).toBe(false);
  // One that was started later has what is said now; another change makes it old, too.
  expect(started.isOld(second, {}, {})).toBe(false);
  started.changes([first, second], {});
  const now = { mtu: 1400 };
  expect([started.isOld(first, now, {}), started.isOld(second, now, {})]).toEqual([true, true]);
  // What a card says itself is not the network's; and what is as it was is new again.
  expect(started.isOld(second, now, { mtu: 1500 })).toBe(false);
  expect([started.isOld(first, { mtu: 9000 }, {}), started.isOld(second, {}, {})]).toEqual([false, false]);
  // The next start is another run.
  expect(started.isOld({ run: {}, card: 0 }, now, {})).toBe(false);
});
