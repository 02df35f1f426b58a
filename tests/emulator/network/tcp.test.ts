/** The TCP terminator against a guest whose every frame the test makes: how connections begin, carry, stall and end. */
import { describe, expect, it } from 'vitest';
import { ACK, FIN, RST, type Segment, SYN } from '../../../emulator/network/wire/tcp.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { FakeGuest } from './fake-guest.ts';
import type { FakeStream } from './fake-outside.ts';
import { GuestTcp } from './guest-tcp.ts';
import { bytes, FAR, only, opened } from './opened.ts';
import { seeded } from '../../devices/kit/test-board.ts';

describe('a connection', () => {
  it('is answered when the host has connected, and not before', () => {
    const { far, answer } = opened({ scale: 7 });
    expect([far.address, far.port]).toEqual([FAR, 80]);
    expect(answer.flags).toBe(SYN | ACK);
    expect(answer.acknowledged).toBe(101);
    expect(answer.options).toEqual({ mss: 1460, scale: 8 });
  });
  it('offers no scaling to a guest that does not scale', () => {
    expect(opened().answer.options).toEqual({ mss: 1460 });
  });
  it('that the far end refuses is refused', () => {
    const guest = new FakeGuest();
    guest.tcp({ to: FAR, port: 81, flags: SYN, sequence: 9 });
    guest.outside.streams[0]?.events.failed('refused');
    guest.outside.turn();
    expect(only(guest.segments())).toMatchObject({ flags: RST | ACK, acknowledged: 10, sequence: 0 });
    expect(guest.nat.tcp.connections).toEqual([]);
  });
  it.each([
    ['no host', 1],
    ['no network', 0],
    ['prohibited', 13],
  ] as const)('to where there is %s is told so', (why, code) => {
    const guest = new FakeGuest();
    guest.tcp({ to: FAR, port: 81, flags: SYN });
    guest.outside.streams[0]?.events.failed(why);
    guest.outside.turn();
    const told = only(guest.packets());
    expect([told.protocol, told.payload[0], told.payload[1]]).toEqual([PROTOCOL.icmp, 3, code]);
  });
  it('carries bytes both ways', () => {
    const { guest, far, ours, say } = opened();
    say(ACK, { data: bytes(10) });
    expect(far.bytes).toEqual(bytes(10));
    guest.outside.wait();
    expect(only(guest.segments())).toMatchObject({ flags: ACK, acknowledged: 111 });
    far.events.data(bytes(20, 2));
    guest.outside.turn();
    const segment = only(guest.segments());
    expect([segment.sequence, [...segment.data]]).toEqual([ours, [...bytes(20, 2)]]);
  });
  it('acknowledges a first small piece with the answer, a second and a large one at once, each once', () => {
    const { guest, far, say } = opened();
    say(ACK, { data: bytes(10) });
    expect(guest.segments()).toEqual([]);
    far.events.data(bytes(5));
    guest.outside.turn();
    expect(only(guest.segments())).toMatchObject({ acknowledged: 111, data: bytes(5) });
    guest.outside.wait();
    expect(guest.segments()).toEqual([]);
    say(ACK, { data: bytes(10), sequence: 111 });
    expect(guest.segments()).toEqual([]);
    say(ACK, { data: bytes(10), sequence: 121 });
    expect(only(guest.segments())).toMatchObject({ acknowledged: 131 });
    say(ACK, { data: bytes(1460), sequence: 131 });
    expect(only(guest.segments())).toMatchObject({ acknowledged: 1591 });
    guest.outside.wait();
    expect(guest.segments()).toEqual([]);
  });
  it('says nothing late for what is gone', () => {
    const { guest, say } = opened();
    say(ACK, { data: bytes(10) });
    guest.nat.returned();
    guest.outside.wait();
    expect(guest.segments()).toEqual([]);
  });
  it('ignores a SYN that comes again while the host connects, and a wrong one later gets the truth', () => {
    const guest = new FakeGuest();
    guest.tcp({ to: FAR, port: 80, flags: SYN, sequence: 100 });
    guest.tcp({ to: FAR, port: 80, flags: SYN, sequence: 100 });
    expect(guest.outside.streams).toHaveLength(1);
    const open = opened();
    open.say(SYN, { sequence: 5000 });
    expect(only(open.guest.segments())).toMatchObject({ flags: ACK, acknowledged: 101 });
  });
  it('takes what it has not seen of bytes that come again, and nothing behind a gap', () => {
    const { guest, far, say } = opened();
    const data = bytes(30);
    say(ACK, { data: data.subarray(0, 20) });
    say(ACK, { data: data.subarray(10), sequence: 111 });
    expect(far.bytes).toEqual(data);
    guest.segments();
    say(ACK, { data: bytes(5), sequence: 500 });
    expect(only(guest.segments())).toMatchObject({ acknowledged: 131 });
    expect(far.bytes).toEqual(data);
  });
  it('ends each direction by itself: the guest first', () => {
    const { guest, far, ours, say } = opened();
    say(ACK | FIN, { data: bytes(3) });
    expect([far.isEnded, far.bytes.length]).toEqual([true, 3]);
    guest.outside.wait();
    expect(only(guest.segments())).toMatchObject({ acknowledged: 105 });
    far.events.data(bytes(50));
    guest.outside.turn();
    expect(only(guest.segments()).data).toHaveLength(50);
    far.events.ended();
    guest.outside.turn();
    say(ACK, { sequence: 105, acknowledged: ours + 50 });
    const end = guest.segments().at(-1) as Segment;
    expect([end.flags & FIN, end.sequence]).toEqual([FIN, ours + 50]);
    say(ACK, { sequence: 105, acknowledged: ours + 51 });
    far.events.closed();
    guest.pass(3000);
    expect(guest.nat.tcp.connections).toEqual([]);
    expect(guest.segments()).toEqual([]);
  });
  it('ends each direction by itself: the host first', () => {
    const { guest, far, ours, say } = opened();
    far.events.ended();
    guest.outside.turn();
    expect(only(guest.segments()).flags & FIN).toBe(FIN);
    say(ACK, { acknowledged: ours + 1 });
    say(ACK, { acknowledged: ours + 1, data: bytes(7) });
    expect([far.bytes.length, far.isEnded]).toEqual([7, false]);
    say(ACK | FIN, { acknowledged: ours + 1, sequence: 108 });
    expect(far.isEnded).toBe(true);
  });
  it('answers a repeated end for a while, and begins anew on the same ports', () => {
    const { guest, far, ours, say } = opened();
    far.events.ended();
    guest.outside.turn();
    say(ACK | FIN, { acknowledged: ours + 1 });
    guest.segments();
    say(ACK | FIN, { acknowledged: ours + 1 });
    expect(only(guest.segments())).toMatchObject({ flags: ACK, acknowledged: 102 });
    say(SYN, { sequence: 9000 });
    expect(guest.outside.streams).toHaveLength(2);
  });
  it('that the guest resets is reset at the far end, when the number is the next one', () => {
    const { guest, far, say } = opened();
    say(RST, { sequence: 200 });
    expect(far.isReset).toBe(false);
    expect(only(guest.segments()).flags).toBe(ACK);
    say(RST, { sequence: 101 });
    expect(far.isReset).toBe(true);
    expect(guest.nat.tcp.connections).toEqual([]);
  });
  it('that breaks off at the far end is reset', () => {
    const { guest, far } = opened();
    far.events.closed();
    guest.outside.turn();
    expect(only(guest.segments()).flags & RST).toBe(RST);
  });
  it('answers a keep-alive probe, and one that it does not know with a reset', () => {
    const { guest, ours, say } = opened();
    say(ACK, { sequence: 100 });
    expect(only(guest.segments())).toMatchObject({ flags: ACK, acknowledged: 101 });
    guest.tcp({ to: FAR, port: 9, from: 5, flags: ACK, sequence: 1, acknowledged: 77 });
    expect(only(guest.segments())).toMatchObject({ flags: RST, sequence: 77 });
    expect(ours).toBeGreaterThan(0);
  });
});

describe('windows', () => {
  it('of the guest’s are kept to, and a closed one is tried again and again', () => {
    const { guest, far, ours, say } = opened({ window: 100 });
    far.events.data(bytes(250));
    guest.outside.turn();
    expect(only(guest.segments()).data).toHaveLength(100);
    say(ACK, { acknowledged: ours + 100, window: 0 });
    expect(guest.segments()).toEqual([]);
    guest.pass(1250);
    expect(only(guest.segments()).data).toHaveLength(1);
    for (let minute = 0; minute < 30; minute++) {
      guest.pass(60_000);
      guest.segments();
      say(ACK, { acknowledged: ours + 100, window: 0 });
    }
    expect(guest.nat.tcp.connections).toHaveLength(1);
    guest.segments();
    say(ACK, { acknowledged: ours + 100, window: 1000 });
    const rest = guest.segments();
    expect(rest.flatMap(({ data }) => [...data])).toEqual([...bytes(250).subarray(100)]);
  });
  it('of the guest’s are scaled as it said', () => {
    const { guest, far } = opened({ scale: 4, window: 10 });
    far.events.data(bytes(500));
    guest.outside.turn();
    expect(guest.segments().reduce((sum, { data }) => sum + data.length, 0)).toBe(160);
  });
  it('of ours close as the host lags behind, never move back, and open again with a word', () => {
    const { guest, far, say } = opened({ scale: 7 });
    far.backlog = 0;
    say(ACK, { data: bytes(1000) });
    guest.outside.wait();
    const open = only(guest.segments()).window << 8;
    far.backlog = 1024 * 1024;
    say(ACK, { data: bytes(1000), sequence: 1101 });
    guest.outside.wait();
    const closing = only(guest.segments());
    expect(closing.acknowledged + (closing.window << 8)).toBeGreaterThanOrEqual(1101 + open);
    far.backlog = 0;
    far.events.written();
    guest.outside.turn();
    const told = guest.segments();
    expect(told.at(-1)?.window ?? closing.window).toBeGreaterThanOrEqual(closing.window);
  });
  it('are not told of for their own sake while the guest knows of enough', () => {
    // The window of a SYN cannot be scaled: what the host takes opens it far wider than the guest knows.
    const { guest, far, ours, say } = opened({ scale: 7 });
    say(ACK, { data: bytes(20) });
    far.events.written();
    guest.outside.turn();
    expect(guest.segments()).toEqual([]);
    far.events.data(bytes(30));
    guest.outside.turn();
    const answer = only(guest.segments());
    expect([answer.acknowledged, answer.data.length, answer.window << 8]).toEqual([121, 30, 1024 * 1024]);
    // One that has used up what it knew of is told.
    say(ACK, { sequence: 121, acknowledged: ours + 30, data: bytes(1400) });
    far.backlog = 1024 * 1024;
    for (let sequence = 1521; sequence < 1_120_000; sequence += 1400) say(ACK, { sequence, acknowledged: ours + 30, data: bytes(1400) });
    guest.outside.turn();
    const last = guest.segments().at(-1) as Segment;
    expect(last.window << 8).toBeLessThan(32_768);
    far.backlog = 0;
    far.events.written();
    guest.outside.turn();
    expect(only(guest.segments()).window << 8).toBe(1024 * 1024);
  });
  it('hold the far end back when the guest takes nothing', () => {
    const { guest, far, ours, say } = opened({ window: 0 });
    for (let count = 0; count < 16; count++) far.events.data(bytes(64 * 1024));
    expect(far.isPaused).toBe(true);
    say(ACK, { window: 60_000 });
    for (let acknowledged = ours; guest.nat.tcp.connections[0]!.kept > 0;) {
      const got = guest.segments().reduce((sum, { data }) => sum + data.length, 0);
      expect(got).toBeGreaterThan(0);
      acknowledged = (acknowledged + got) >>> 0;
      say(ACK, { window: 60_000, acknowledged });
    }
    expect(far.isPaused).toBe(false);
  });
});

describe('a guest that takes large frames', () => {
  it('gets them, with the checksum left to it', () => {
    const guest = new FakeGuest();
    guest.takes = { checksum: true, tcp4: true, tcp6: true };
    const { far } = opened({ scale: 7, window: 60_000 }, guest);
    const data = bytes(200_000);
    for (let at = 0; at < data.length; at += 50_000) far.events.data(data.subarray(at, at + 50_000));
    guest.outside.turn();
    expect(guest.frames.some(({ bytes: frame, unfinished }) => frame.length > 40_000 && unfinished?.segments?.size === 1460)).toBe(true);
    const got = guest.segments().flatMap(({ data: part }) => [...part]);
    expect(got).toEqual([...data]);
  });
  it('that is full makes streams wait, and nothing is lost', () => {
    const guest = new FakeGuest();
    const { far } = opened({ scale: 7, window: 60_000 }, guest);
    guest.room = 10;
    const data = bytes(300_000);
    far.events.data(data);
    guest.outside.turn();
    const got: number[] = [];
    for (let turns = 0; got.length < data.length && turns < 1000; turns++) {
      got.push(...guest.segments().flatMap(({ data: part }) => [...part]));
      guest.room = 10;
      guest.nat.ready();
    }
    expect(got).toEqual([...data]);
  });
});

describe('a cable that loses, doubles and swaps frames', () => {
  const seed = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 100_000);
  it.each([0, 1, 2])(`carries everything both ways and ends both ways (seed ${seed} + %i)`, (run) => {
    const random = seeded(seed + run);
    const guest = new FakeGuest();
    const tcp = new GuestTcp(guest, {
      to: FAR,
      port: 80,
      loses: () => random(10) === 0,
      swaps: () => random(10) === 0,
      window: () => (random(8) === 0 ? 0 : 20_000),
    });
    const [down, up] = [bytes(150_000, 3), bytes(60_000, 4)];
    tcp.write(up);
    tcp.end();
    let far: FakeStream | undefined;
    for (let turns = 0; turns < 20_000 && !(tcp.isEnded && tcp.isEndAcknowledged); turns++) {
      tcp.turn();
      guest.pass(250);
      if (far || guest.outside.streams.length === 0) continue;
      far = guest.outside.streams[0] as FakeStream;
      far.events.connected();
      for (let at = 0; at < down.length; at += 30_000) far.events.data(down.subarray(at, at + 30_000));
      far.events.ended();
    }
    expect([tcp.isEnded, tcp.isEndAcknowledged, far?.isEnded]).toEqual([true, true, true]);
    expect(Buffer.from(tcp.received).equals(Buffer.from(down))).toBe(true);
    expect(Buffer.from(far?.bytes ?? []).equals(Buffer.from(up))).toBe(true);
    expect(guest.outside.streams).toHaveLength(1);
  });
  it('is given up when the guest is silent for long', () => {
    const { guest, far } = opened();
    far.events.data(bytes(10));
    guest.outside.turn();
    guest.pass(20 * 60_000);
    expect([far.isReset, guest.nat.tcp.connections]).toEqual([true, []]);
  });
});
