/** The machine's clock: goes with the host's, stands still while it is held, and goes on from where a saved one stood. */
import { expect, test } from 'vitest';
import { MachineClock } from '../../../emulator/machine/clock.ts';
import { controlState } from '../../../emulator/machine/layout.ts';
import { bind } from '../../../emulator/snapshot/schema.ts';

const SECOND = 1_000_000_000;
const DAY_TICKS = 24n * 3600n * 10_000_000n;

/** A clock on a host whose own has run for so many nanoseconds. */
function clockAt(nanoseconds: number) {
  let now = nanoseconds;
  const control = bind(controlState, new SharedArrayBuffer(controlState.size), 0);
  const clock = new MachineClock(control, () => [Math.floor(now / SECOND), now % SECOND]);
  return { clock, pass: (more: number) => (now += more) };
}

test('begins at 0 and goes with the host', () => {
  const { clock, pass } = clockAt(5.25 * SECOND);
  clock.start();
  expect(clock.nanoseconds()).toBe(0);
  pass(0.9 * SECOND);
  expect([clock.nanoseconds(), clock.ticks()]).toEqual([0.9 * SECOND, 9_000_000]);
});

test('stands still while it is held', () => {
  const { clock, pass } = clockAt(0.75 * SECOND);
  clock.start();
  pass(SECOND);
  clock.hold();
  pass(2.5 * SECOND);
  expect(clock.nanoseconds()).toBe(SECOND);
  expect(clock.release()).toBe(2_500_000_000n);
  expect(clock.release()).toBe(0n);
  pass(0.5 * SECOND);
  expect(clock.nanoseconds()).toBe(1.5 * SECOND);
});

test('starts while it is held', () => {
  const { clock, pass } = clockAt(40 * SECOND);
  clock.hold();
  pass(SECOND);
  clock.start(70n);
  expect(clock.nanoseconds()).toBe(7000);
  clock.release();
  pass(100);
  expect(clock.nanoseconds()).toBe(7100);
});

test('goes on from where a machine stood that has run for longer than the host', () => {
  const { clock, pass } = clockAt(2 * SECOND);
  clock.start(30n * DAY_TICKS);
  expect(clock.ticks()).toBe(Number(30n * DAY_TICKS));
  pass(0.3 * SECOND);
  expect(clock.nanoseconds()).toBe(30 * 24 * 3600 * SECOND + 0.3 * SECOND);
});
