/** A connection of a guest's that is open, to begin a test with. */
import { expect } from 'vitest';
import { ACK, SYN } from '../../../emulator/network/wire/tcp.ts';
import { seeded } from '../../devices/kit/test-board.ts';
import { FakeGuest } from './fake-guest.ts';

export const FAR = '203.0.113.9';
export const bytes = (count: number, seed = 1) => {
  const next = seeded(seed);
  return Uint8Array.from({ length: count }, () => next(256));
};
export const only = <T>(all: readonly T[]): T => {
  expect(all).toHaveLength(1);
  return all[0] as T;
};

/** A connection that is open, the next numbers of both sides, and what is at the far end. */
export function opened(options: { readonly scale?: number; readonly window?: number } = {}, guest = new FakeGuest()) {
  guest.tcp({
    to: FAR,
    port: 80,
    flags: SYN,
    sequence: 100,
    options: { mss: 1460, ...(options.scale === undefined ? {} : { scale: options.scale }) },
  });
  const far = only(guest.outside.streams);
  expect(guest.segments()).toEqual([]);
  far.events.connected();
  guest.outside.turn();
  const answer = only(guest.segments());
  const ours = (answer.sequence + 1) >>> 0;
  const say = (flags: number, more: Partial<{ sequence: number; acknowledged: number; data: Uint8Array; window: number }> = {}) =>
    guest.tcp({
      to: FAR,
      port: 80,
      flags,
      sequence: 101,
      acknowledged: ours,
      ...(options.window === undefined ? {} : { window: options.window }),
      ...more,
    });
  say(ACK);
  return { guest, far, answer, ours, say };
}
