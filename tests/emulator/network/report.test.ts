/** What a NAT tells people: connections with their bytes, names asked for, what could not be reached and why. */
import { describe, expect, it } from 'vitest';
import { type NatReport, RecentEvents } from '../../../emulator/network/nat/report.ts';
import { nameBytes, TYPE } from '../../../emulator/network/wire/dns.ts';
import { ACK, FIN, RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { checksumOf } from '../../../emulator/network/wire/checksum.ts';
import { FakeGuest } from './fake-guest.ts';
import { FakeStream } from './fake-outside.ts';
import { bytes, FAR, only, opened } from './opened.ts';

const unreached = ({ nat }: FakeGuest) =>
  nat.report.unreached.map(({ protocol, address, port, why, count }) => [protocol, address, port, why, count]);
const asks = async (guest: FakeGuest, name: string, type: number = TYPE.a) => {
  const question = Uint8Array.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...nameBytes(name), 0, type, 0, 1]);
  guest.udp('10.0.2.3', 53, question, 3333);
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
};
const questions = ({ questions: all }: NatReport) => all.map(({ name, type, outcome, addresses }) => [name, type, outcome, ...addresses]);

describe('connections', () => {
  it('are told with their ends, their bytes each way and their age, and afterwards how they ended', () => {
    const { guest, far, say, ours } = opened();
    say(ACK, { data: bytes(10) });
    far.events.data(bytes(300, 2));
    guest.outside.turn();
    guest.pass(1000);
    const flow = only(guest.nat.report.flows);
    expect(flow).toEqual({
      ...{ protocol: 'tcp', guestPort: 40_000, peer: FAR, peerPort: 80, opener: 'guest', state: 'open' },
      ...{ toGuest: 300, fromGuest: 10, began: 0, age: 1000 },
    });
    say(ACK, { sequence: 111, acknowledged: (ours + 300) >>> 0 });
    far.events.ended();
    guest.outside.turn();
    say(ACK | FIN, { sequence: 111, acknowledged: (ours + 301) >>> 0 });
    expect(only(guest.nat.report.flows).state).toBe('closed');
    expect(guest.nat.report.ended).toEqual([]);
    guest.pass(2500);
    expect(guest.nat.report.flows).toEqual([]);
    expect(only(guest.nat.report.ended)).toMatchObject({ peer: FAR, state: 'closed', toGuest: 300, fromGuest: 10 });
  });
  it('that the guest breaks off are told apart from those that came to their end', () => {
    const { guest, say } = opened();
    say(RST);
    expect(only(guest.nat.report.ended).state).toBe('broken');
  });
  it('that lead into the guest are told apart, and one that was refused is none', () => {
    const guest = new FakeGuest();
    const stream = new FakeStream('', 0, {} as never);
    guest.nat.call(22, stream);
    guest.outside.turn();
    const flow = only(guest.nat.report.flows);
    expect(flow).toMatchObject({ opener: 'host', guestPort: 22, peer: '10.0.2.2', state: 'connecting' });
    const called = only(guest.segments());
    guest.tcp({ to: '10.0.2.2', port: called.sourcePort, from: 22, flags: RST | ACK, acknowledged: (called.sequence + 1) >>> 0 });
    expect(guest.nat.report).toMatchObject({ flows: [], ended: [] });
  });
  it('of datagrams are those of a port with a peer, each with its own bytes', () => {
    const guest = new FakeGuest();
    guest.udp(FAR, 123, bytes(48));
    guest.udp(FAR, 123, bytes(40));
    guest.udp('198.51.100.9', 123, bytes(8));
    only(guest.outside.datagrams).events.received(bytes(90), FAR, 123);
    expect(guest.nat.report.flows.map(({ peer, state, toGuest, fromGuest }) => [peer, state, toGuest, fromGuest]).sort()).toEqual([
      ['198.51.100.9', 'connecting', 0, 8],
      [FAR, 'open', 90, 88],
    ]);
  });
  it('are at most two hundred, with the number of all', () => {
    const guest = new FakeGuest();
    for (let port = 1; port <= 210; port++) guest.udp(FAR, port, bytes(1));
    const { flows, flowCount } = guest.nat.report;
    expect([flows.length, flowCount]).toEqual([200, 210]);
  });
});

describe('what could not be reached', () => {
  it('is told with the rule that forbids it', () => {
    const guest = new FakeGuest({ hostPorts: [8000] });
    guest.outside.own = ['198.51.100.7'];
    for (const to of ['10.0.2.2', '10.0.2.77', '169.254.169.254', '198.51.100.7']) guest.tcp({ to, port: 80, flags: SYN });
    guest.udp('10.0.2.2', 99, bytes(3));
    guest.udp('224.0.0.251', 5353, bytes(3));
    expect(unreached(guest)).toEqual([
      ['udp', '224.0.0.251', 5353, 'reserved', 1],
      ['udp', '10.0.2.2', 99, 'host port closed', 1],
      ['tcp', '198.51.100.7', 80, 'this computer', 1],
      ['tcp', '169.254.169.254', 80, 'reserved', 1],
      ['tcp', '10.0.2.77', 80, 'nobody there', 1],
      ['tcp', '10.0.2.2', 80, 'host port closed', 1],
    ]);
    guest.tcp({ to: '10.0.2.2', port: 8000, flags: SYN });
    expect(unreached(guest)).toHaveLength(6);
    const closed = new FakeGuest({ isClosed: true });
    closed.tcp({ to: FAR, port: 80, flags: SYN });
    expect(unreached(closed)).toEqual([['tcp', FAR, 80, 'isolated', 1]]);
  });
  it('is told with what the host was told, once with its count however often it is tried', () => {
    const guest = new FakeGuest();
    for (const [index, why] of (['refused', 'refused', 'no network'] as const).entries()) {
      guest.tcp({ to: FAR, port: 81, from: 40_000 + index, flags: SYN });
      guest.outside.streams[index]?.events.failed(why);
    }
    expect(unreached(guest)).toEqual([
      ['tcp', FAR, 81, 'no network', 1],
      ['tcp', FAR, 81, 'refused', 2],
    ]);
    expect(guest.nat.report.ended).toEqual([]);
  });
  it('of datagrams to a closed port, and of pings beyond the gateway', () => {
    const guest = new FakeGuest({ hostPorts: [99] });
    guest.udp('10.0.2.2', 99, bytes(3));
    only(guest.outside.datagrams).events.refused('127.0.0.1', 99);
    guest.packet(FAR, PROTOCOL.icmp, 8, (frame, at) => {
      frame.set([8, 0, 0, 0, 1, 2, 3, 4], at);
      const sum = checksumOf(frame, at, frame.length);
      frame.set([sum >> 8, sum & 0xff], at + 2);
    });
    expect(unreached(guest)).toEqual([
      ['icmp', FAR, 0, 'ping', 1],
      ['udp', '10.0.2.2', 99, 'refused', 1],
    ]);
  });
});

describe('names', () => {
  it('are told with what became of the question, whoever answered it', async () => {
    const guest = new FakeGuest();
    guest.outside.names.set('example.test 4', { kind: 'found', addresses: ['192.0.2.1', '192.0.2.2'] });
    guest.outside.names.set('example.test 6', { kind: 'empty' });
    guest.outside.names.set('broken.test 4', { kind: 'failed' });
    await asks(guest, 'example.test');
    await asks(guest, 'example.test', TYPE.aaaa);
    await asks(guest, 'missing.test');
    await asks(guest, 'broken.test');
    await asks(guest, 'mail.test', 15);
    guest.outside.relayed = (question) =>
      Promise.resolve(Uint8Array.from([...question.subarray(0, 2), 0x81, 0x80, 0, 1, 0, 3, ...question.subarray(8)]));
    await asks(guest, 'mail.test', 15);
    expect(questions(guest.nat.report)).toEqual([
      ['mail.test', 'MX', 'answered'],
      ['mail.test', 'MX', 'failed'],
      ['broken.test', 'A', 'failed'],
      ['missing.test', 'A', 'missing'],
      ['example.test', 'AAAA', 'empty'],
      ['example.test', 'A', 'answered', '192.0.2.1', '192.0.2.2'],
    ]);
  });
  it('of a network that leads nowhere say so', async () => {
    const guest = new FakeGuest({ isClosed: true });
    await asks(guest, 'example.test');
    expect(questions(guest.nat.report)).toEqual([['example.test', 'A', 'closed']]);
  });
});

describe('events', () => {
  it('are counted by kind, the last first, and those of long ago make room', () => {
    let now = 0;
    const events = new RecentEvents<{ readonly name: string }>(2, () => now);
    for (const name of ['a', 'b', 'a', 'c']) {
      now += 10;
      events.note(name, { name });
    }
    now = 100;
    expect(events.list).toEqual([
      { name: 'c', count: 1, ago: 60 },
      { name: 'a', count: 2, ago: 70 },
    ]);
  });
});
