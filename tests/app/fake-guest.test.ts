/** The stand-in for a guest never keeps its process busy without end, whoever listens. */
import { expect, test, vi } from 'vitest';
import { bootFakeGuest, type FakeGuest } from './fake-guest.ts';

test('a flood that is acknowledged at once lets other work have its turn', () => {
  vi.useFakeTimers();
  let printed = 0;
  let guest: FakeGuest | undefined = undefined as FakeGuest | undefined;
  guest = bootFakeGuest(
    (bytes) => {
      printed += bytes.length;
      guest?.acknowledge(bytes.length);
    },
    () => undefined,
  );
  guest.type(new TextEncoder().encode('flood\r'));
  vi.advanceTimersByTime(1);
  const first = printed;
  vi.advanceTimersByTime(1);
  expect(printed).toBeGreaterThan(first);
  guest.stop();
  vi.useRealTimers();
});
