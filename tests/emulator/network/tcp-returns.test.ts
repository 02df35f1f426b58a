/** Connections of a guest that goes back or stands still, and those that are made towards the guest. */
import { describe, expect, it } from 'vitest';
import { ACK, RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { FakeGuest } from './fake-guest.ts';
import { bytes, FAR, only, opened } from './opened.ts';

describe('a guest that went back', () => {
  it('hears at once that its connections are gone, and the far ends are reset', () => {
    const { guest, far, ours, say } = opened();
    guest.nat.setHeld(true);
    guest.nat.returned();
    guest.nat.setHeld(false);
    guest.nat.ready();
    expect([far.isReset, guest.nat.tcp.connections, guest.segments()]).toEqual([true, [], []]);
    say(ACK, { data: bytes(5) });
    expect(only(guest.segments())).toMatchObject({ flags: RST, sequence: ours });
  });
  it('is taken to be there if it has a driver, also while its cable is out: it may not say a word when that is plugged in', () => {
    const guest = new FakeGuest();
    guest.isUp = false;
    guest.nat.returned();
    expect(guest.nat.isHere).toBe(true);
    guest.hasDriver = false;
    guest.nat.returned();
    expect(guest.nat.isHere).toBe(false);
  });
  it('that is only saved and goes on keeps them, and no time passes for them meanwhile', () => {
    const { guest, far, say } = opened();
    guest.nat.setHeld(true);
    far.events.data(bytes(9));
    guest.pass(3_600_000);
    expect(guest.segments()).toEqual([]);
    guest.nat.setHeld(false);
    guest.nat.ready();
    expect(only(guest.segments()).data).toHaveLength(9);
    say(ACK, { data: bytes(5) });
    expect(far.bytes).toHaveLength(5);
  });
});

describe('connections that a guest had when it was saved', () => {
  it('are ended after it went back, though it says nothing of them by itself', () => {
    const { guest, ours } = opened();
    const saved = guest.nat.underWay();
    guest.nat.returned();
    expect(guest.nat.underWay()).toBeUndefined();
    guest.nat.wasUnderWay(saved!);
    guest.nat.setHeld(true);
    guest.pass(5000);
    expect(guest.segments()).toEqual([]);
    guest.nat.setHeld(false);
    guest.pass(250);
    const asked = only(guest.segments());
    expect([asked.flags, asked.sourcePort, asked.destinationPort, asked.data.length]).toEqual([ACK, 80, 40_000, 0]);
    // As any TCP does that is told a number out of its window.
    guest.tcp({ to: FAR, port: 80, flags: ACK, sequence: 101, acknowledged: ours });
    expect(only(guest.segments())).toMatchObject({ flags: RST, sequence: ours });
    guest.pass(10_000);
    guest.segments();
    expect(guest.nat.tick(250)).toBe(false);
    expect(guest.segments()).toEqual([]);
  });
  it('are not disturbed where there is a new one by now, and rubbish is no connection', () => {
    const { guest } = opened();
    const saved = guest.nat.underWay();
    guest.nat.returned();
    guest.nat.wasUnderWay(saved!);
    guest.tcp({ to: FAR, port: 80, flags: SYN, sequence: 7 });
    guest.pass(250);
    expect(guest.segments()).toEqual([]);
    for (const rubbish of ['', '{}', '[[1]]', '[["10.0.2.15",0,"x",80]]', '\u0000']) {
      guest.nat.wasUnderWay(Buffer.from(rubbish));
      guest.pass(250);
    }
    expect(guest.segments()).toEqual([]);
  });
});

describe('calls to the guest', () => {
  it('begin with a SYN from the gateway and carry bytes', () => {
    const guest = new FakeGuest();
    const stream = { backlog: 0, written: [] as number[], isReset: false };
    const connection = guest.nat.call(22, {
      backlog: 0,
      write: (part) => void stream.written.push(...part),
      end: () => undefined,
      setPaused: () => undefined,
      reset: () => void (stream.isReset = true),
    });
    guest.outside.turn();
    const syn = only(guest.segments());
    expect([syn.flags, syn.destinationPort]).toEqual([SYN, 22]);
    const answer = { to: '10.0.2.2', port: syn.sourcePort, from: 22 };
    guest.tcp({ ...answer, flags: SYN | ACK, sequence: 500, acknowledged: syn.sequence + 1, options: { mss: 1460 } });
    expect(only(guest.segments())).toMatchObject({ flags: ACK, acknowledged: 501 });
    guest.tcp({ ...answer, flags: ACK, sequence: 501, acknowledged: syn.sequence + 1, data: bytes(4) });
    expect(stream.written).toEqual([...bytes(4)]);
    connection?.data(bytes(9));
    guest.outside.turn();
    expect(guest.segments().at(-1)?.data).toHaveLength(9);
  });
  it('that nobody answers, or the guest refuses, end with a reset for the caller', () => {
    const guest = new FakeGuest();
    const resets: string[] = [];
    const stream = (name: string) => ({
      backlog: 0,
      write: () => undefined,
      end: () => undefined,
      setPaused: () => undefined,
      reset: () => void resets.push(name),
    });
    guest.nat.call(22, stream('refused'));
    guest.outside.turn();
    const syn = only(guest.segments());
    guest.tcp({ to: '10.0.2.2', port: syn.sourcePort, from: 22, flags: RST | ACK, acknowledged: syn.sequence + 1 });
    guest.nat.call(23, stream('silent'));
    guest.pass(11_000);
    expect(resets).toEqual(['refused', 'silent']);
    expect(guest.nat.tcp.connections).toEqual([]);
  });
});
