/** Guests that mean harm: malformed frames by the thousand, floods of every kind, pieces that lie. Nothing breaks, nothing grows. */
import { expect, it } from 'vitest';
import { bytesOf6 } from '../../../emulator/network/wire/address.ts';
import { ethernetFrame, TYPE_ARP, TYPE_IPV4 } from '../../../emulator/network/wire/ethernet.ts';
import { IPV4_BYTES, writeFragment, writeIpv4 } from '../../../emulator/network/wire/ipv4.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { ACK, RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { seeded } from '../../devices/kit/test-board.ts';
import { FakeGuest, GUEST, GUEST_CARD } from './fake-guest.ts';
import { frame6, icmp6, LINK, tcp6, udp6 } from './six.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 100_000);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 1000);
const FAR = '203.0.113.9';

/** A guest that still has what it should: an answer to ping. */
function answersPing(guest: FakeGuest): boolean {
  guest.room = Infinity;
  guest.nat.ready();
  guest.frames = [];
  guest.packet('10.0.2.2', PROTOCOL.icmp, 16, (frame, at) => frame.set([8, 0, 0xf7, 0xff], at));
  return guest.packets().some(({ protocol, payload }) => protocol === PROTOCOL.icmp && payload[0] === 0);
}

/** A right frame of one kind or another, to be spoilt. */
function someFrame(random: (below: number) => number): Uint8Array<ArrayBuffer> {
  const made: Uint8Array<ArrayBuffer>[] = [];
  const sample = new FakeGuest();
  sample.send = (...frames) => void made.push(...frames);
  const to = ['10.0.2.2', '10.0.2.3', FAR, '255.255.255.255', '127.0.0.1'][random(5)] as string;
  const data = Uint8Array.from({ length: random(200) }, () => random(256));
  const kinds = [
    () =>
      sample.tcp({
        to,
        port: random(65_536),
        flags: random(64),
        sequence: random(2 ** 32),
        acknowledged: random(2 ** 32),
        data,
        options: { mss: random(3000), scale: random(20) },
      }),
    () => sample.udp(to, [53, 67, 9][random(3)] as number, data, random(2) === 0 ? 68 : 4000),
    () => sample.packet(to, random(256), data.length, (frame, at) => frame.set(data, at)),
    () => sample.packet(to, PROTOCOL.icmp, 8 + data.length, (frame, at) => frame.set([8, 0, ...data], at)),
    () => {
      const frame = ethernetFrame(sample.nat.plan.card, GUEST_CARD, [TYPE_ARP, 0x86dd, 0x8100][random(3)] as number, data.length);
      frame.set([0, 1, 8, 0, 6, 4, 0, 1, ...data].slice(0, data.length), 14);
      made.push(frame);
    },
    () => {
      const frame = ethernetFrame(sample.nat.plan.card, GUEST_CARD, TYPE_IPV4, IPV4_BYTES + data.length);
      writeIpv4(frame, GUEST, to, PROTOCOL.udp, data.length);
      writeFragment(frame, random(4), random(8192) * 8, random(2) === 0);
      made.push(frame);
    },
  ];
  const to6 = ['fec0::2', 'fec0::3', 'fe80::2', '2001:db8::9', 'ff02::1', 'ff02::1:2', '::1'][random(7)] as string;
  kinds.push(
    () => tcp6(sample, { to: to6, port: random(65_536), flags: random(64), data, options: { mss: random(3000) } }),
    () => udp6(sample, to6, [53, 547, 9][random(3)] as number, data, random(2) === 0 ? 546 : 4000),
    () => icmp6(sample, to6, { type: 128 + random(10), code: 0, rest: new Uint8Array(4), data }, LINK, random(2) === 0 ? 255 : 64),
    () => made.push(frame6(sample, to6, [0, 43, 44, 60, 58, 17][random(6)] as number, data)),
  );
  kinds[random(kinds.length)]?.();
  return made[0] ?? new Uint8Array(14);
}

it(`malformed frames break nothing (VIVARIUM_SEED=${SEED})`, () => {
  const random = seeded(SEED);
  const guest = new FakeGuest({ hostPorts: [80] });
  for (let round = 0; round < ROUNDS; round++) {
    let frame = someFrame(random);
    for (let changes = random(4); changes > 0 && frame.length > 0; changes--) {
      const kind = random(3);
      if (kind === 0) frame[random(frame.length)] = random(256);
      else if (kind === 1) frame = frame.slice(0, 14 + random(Math.max(1, frame.length - 14)));
      else frame[14 + random(Math.max(1, Math.min(40, frame.length - 14)))] = random(256);
    }
    guest.room = random(4);
    guest.nat.send([{ bytes: frame, ...(random(2) === 0 ? { unfinished: { checksum: { start: 34, offset: 16 } } } : {}) }]);
    guest.outside.turn();
    guest.frames.length = Math.min(guest.frames.length, 100);
    for (const stream of guest.outside.streams.splice(0))
      if (!stream.isReset)
        [() => stream.events.connected(), () => stream.events.failed('refused'), () => stream.events.closed()][random(3)]?.();
    guest.outside.turn();
    if (random(50) === 0) guest.pass(random(5000));
    guest.outside.datagrams.length = Math.min(guest.outside.datagrams.length, 100);
  }
  expect(guest.outside.logged).toEqual([]);
  expect(guest.nat.tcp.connections.length).toBeLessThanOrEqual(1024);
  guest.pass(1000);
  expect(answersPing(guest)).toBe(true);
});

it('a flood of SYNs opens so many connections and no more, and passes', () => {
  const guest = new FakeGuest();
  for (let count = 0; count < 3000; count++) guest.tcp({ to: FAR, port: 1 + (count % 60_000), from: 1000 + (count % 50_000), flags: SYN });
  expect(guest.outside.streams.length).toBeLessThanOrEqual(768);
  expect(guest.nat.tcp.connections.length).toBeLessThanOrEqual(768);
  guest.pass(61_000);
  expect(guest.nat.tcp.connections).toEqual([]);
  expect(guest.outside.streams.every(({ isReset }) => isReset)).toBe(true);
  guest.frames = [];
  guest.tcp({ to: FAR, port: 80, flags: SYN });
  expect(guest.outside.streams.at(-1)?.isReset).toBe(false);
});

it('hundreds of connections at once are made, the last of them when they ask again', () => {
  const guest = new FakeGuest();
  const ask = (from: number) => guest.tcp({ to: FAR, port: 80, from, flags: SYN, sequence: 7 });
  const answered = new Set<number>();
  for (let count = 0; count < 900; count++) ask(1000 + count);
  for (let second = 0; second < 3; second++) {
    for (const stream of guest.outside.streams.splice(0)) stream.events.connected();
    guest.outside.turn();
    for (const { flags, sequence, destinationPort } of guest.segments()) {
      expect(flags).toBe(SYN | ACK);
      answered.add(destinationPort);
      guest.tcp({ to: FAR, port: 80, from: destinationPort, flags: ACK, sequence: 8, acknowledged: sequence + 1 });
    }
    guest.pass(1000);
    for (let count = 0; count < 900; count++) if (!answered.has(1000 + count)) ask(1000 + count);
  }
  expect(answered.size).toBe(900);
});

it('connections that are open are limited too, and a refused one is told so', () => {
  const guest = new FakeGuest();
  for (let count = 0; count < 1500; count++) {
    guest.tcp({ to: FAR, port: 80, from: 1000 + count, flags: SYN, sequence: 7 });
    const stream = guest.outside.streams.at(-1);
    if (stream && !stream.isReset) stream.events.connected();
    guest.outside.turn();
    const answer = guest.segments().at(-1);
    if (answer?.flags === (SYN | ACK))
      guest.tcp({ to: FAR, port: 80, from: 1000 + count, flags: ACK, sequence: 8, acknowledged: answer.sequence + 1 });
    else expect((answer?.flags ?? 0) & RST).toBe(RST);
    if (count % 250 === 0) guest.pass(1000);
  }
  expect(guest.nat.tcp.connections).toHaveLength(1024);
  expect(guest.nat.tcp.refused).toBeGreaterThan(400);
});

it('floods of datagrams, questions and leases have their limits', async () => {
  const guest = new FakeGuest();
  guest.room = 0;
  for (let count = 0; count < 5000; count++) guest.udp(FAR, 1 + count, new Uint8Array(10), 1024 + count);
  expect(guest.nat.udp.flows.length).toBeLessThanOrEqual(512);
  let asked = 0;
  guest.outside.relayed = () => (asked++, new Promise(() => undefined));
  const question = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 15, 0, 1]);
  for (let count = 0; count < 1000; count++) guest.udp('10.0.2.3', 53, question, 2000 + count);
  await Promise.resolve();
  expect(asked).toBe(64);
  const discover = new Uint8Array(300);
  discover.set([1, 1, 6]);
  discover.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);
  for (let count = 0; count < 5000; count++) guest.udp('10.0.2.2', 67, discover, 68);
  expect(guest.nat.dropped).toBeGreaterThan(4000);
  expect(answersPing(guest)).toBe(true);
});

it('floods of questions who has an address, of both kinds, are answered while there is room, and kept nowhere', () => {
  const guest = new FakeGuest();
  const ask = (target: number) => {
    const frame = ethernetFrame(new Uint8Array(6).fill(255), GUEST_CARD, TYPE_ARP, 28);
    frame.set([0, 1, 8, 0, 6, 4, 0, 1, ...GUEST_CARD, 10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, target], 14);
    guest.send(frame);
  };
  const neighbour = () => {
    const target = bytesOf6('fec0::2') as Uint8Array;
    icmp6(guest, 'fec0::2', { type: 135, code: 0, rest: new Uint8Array(4), data: target }, LINK, 255);
  };
  for (let count = 0; count < 2000; count++) ask(count & 0xff);
  // For the gateway and the name server; whoever else is asked for is not there.
  expect(guest.frames.length).toBe(2 * 8);
  guest.frames = [];
  guest.room = 0;
  for (let count = 0; count < 5000; count++) {
    ask(2);
    neighbour();
  }
  expect(guest.nat.dropped).toBeGreaterThan(5000);
  guest.room = Infinity;
  guest.nat.ready();
  expect(guest.frames.length).toBeLessThan(5000);
  expect(answersPing(guest)).toBe(true);
});

it('pieces of datagrams that never end, overlap or lie about their size are forgotten', () => {
  const guest = new FakeGuest();
  const piece = (identification: number, at: number, length: number, more: boolean, protocol: number = PROTOCOL.udp) => {
    const frame = ethernetFrame(guest.nat.plan.card, GUEST_CARD, TYPE_IPV4, IPV4_BYTES + length);
    writeIpv4(frame, GUEST, FAR, protocol, length);
    writeFragment(frame, identification, at, more);
    guest.send(frame);
  };
  for (let count = 0; count < 3000; count++) piece(count & 0xffff, 8 * (count % 100), 800, true);
  piece(1, 65_528, 800, false);
  piece(2, 0, 16, true);
  piece(2, 8, 16, false);
  piece(3, 0, 24, true, PROTOCOL.tcp);
  piece(3, 24, 24, false, PROTOCOL.tcp);
  expect([guest.outside.datagrams, guest.outside.streams]).toEqual([[], []]);
  // A right one in two pieces, the second first, still arrives.
  const data = new Uint8Array(40);
  data.set([0x10, 0, 0, 9, 0, 40, 0, 0]);
  for (const [at, to, more] of [
    [24, 40, false],
    [0, 24, true],
  ] as const) {
    const frame = ethernetFrame(guest.nat.plan.card, GUEST_CARD, TYPE_IPV4, IPV4_BYTES + to - at);
    writeIpv4(frame, GUEST, FAR, PROTOCOL.udp, to - at);
    writeFragment(frame, 77, at, more);
    frame.set(data.subarray(at, to), 14 + IPV4_BYTES);
    guest.send(frame);
  }
  expect(guest.outside.datagrams[0]?.sent.map(({ bytes }) => bytes.length)).toEqual([32]);
});

it('a guest that never takes anything makes nothing grow', () => {
  const guest = new FakeGuest();
  guest.tcp({ to: FAR, port: 80, flags: SYN, sequence: 1 });
  guest.outside.streams[0]?.events.connected();
  guest.outside.turn();
  const [answer] = guest.segments();
  guest.tcp({ to: FAR, port: 80, flags: ACK, sequence: 2, acknowledged: (answer?.sequence ?? 0) + 1 });
  guest.room = 0;
  for (let count = 0; count < 1200; count++) {
    guest.packet('10.0.2.2', PROTOCOL.icmp, 1400, (frame, at) => frame.set([8, 0, 0xf7, 0xff], at));
    if (!guest.outside.streams[0]?.isPaused) guest.outside.streams[0]?.events.data(new Uint8Array(65_536));
    guest.pass(250);
  }
  expect(guest.nat.dropped).toBeGreaterThan(300);
  expect(guest.nat.tcp.connections[0]?.kept ?? 0).toBeLessThan(700_000);
});

it('nobody but the guest’s own card is listened to in its name, and nothing leaves by it for others', () => {
  const guest = new FakeGuest();
  const stray = (to: Uint8Array, from: Uint8Array) => {
    const frame = ethernetFrame(to, from, TYPE_IPV4, IPV4_BYTES + 8);
    writeIpv4(frame, GUEST, FAR, PROTOCOL.udp, 8);
    frame.set([0x10, 0, 0, 9, 0, 8, 0, 0], 34);
    guest.send(frame);
  };
  stray(Uint8Array.of(2, 0, 0, 0, 0, 9), GUEST_CARD);
  stray(guest.nat.plan.card, new Uint8Array(6).fill(0xff));
  stray(new Uint8Array(6).fill(0xff), GUEST_CARD);
  expect(guest.outside.datagrams).toEqual([]);
  stray(guest.nat.plan.card, GUEST_CARD);
  expect(guest.outside.datagrams).toHaveLength(1);
});
