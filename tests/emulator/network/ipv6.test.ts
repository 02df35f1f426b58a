/** IPv6 behind the NAT: what a guest learns of the link, what it reaches, and where it may not go, in every notation. */
import { describe, expect, it, test } from 'vitest';
import { QEMU_PLAN } from '../../../emulator/network/nat/plan.ts';
import { bytesOf6, textOf6 } from '../../../emulator/network/wire/address.ts';
import { nameBytes, TYPE } from '../../../emulator/network/wire/dns.ts';
import { CODE6, ICMP6 } from '../../../emulator/network/wire/icmp6.ts';
import { FRAGMENTED, fragmentHeader, type readIpv6 } from '../../../emulator/network/wire/ipv6.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { writeUdp } from '../../../emulator/network/wire/udp.ts';
import { FakeGuest, GUEST_CARD } from './fake-guest.ts';
import { bytes, only } from './opened.ts';
import { datagrams6, frame6, GUEST6, icmp6, LINK, messages6, packets6, segments6, tcp6, udp6 } from './six.ts';

const FAR = '2001:db8::9';
const solicitation = { type: ICMP6.routerSolicitation, code: 0, rest: new Uint8Array(4), data: new Uint8Array(0) };

/** Options of a message from `at` on, by their type. */
function optionsOf(data: Uint8Array, at: number): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let from = at; from < data.length; from += 8 * (data[from + 1] as number))
    found.set(data[from] as number, data.subarray(from + 2, from + 8 * (data[from + 1] as number)));
  return found;
}

describe('the router', () => {
  const advertised = (own: readonly string[], options = {}) => {
    const guest = new FakeGuest(options);
    guest.outside.own = own;
    icmp6(guest, 'ff02::2', solicitation, LINK, 255);
    return { guest, says: only(messages6(guest)) };
  };
  it('tells prefix, card, MTU and name server to all on the link', () => {
    const { says } = advertised(['2001:db8::1']);
    expect([says.type, says.packet.source, says.packet.destination, says.packet.hops]).toEqual([134, 'fe80::2', 'ff02::1', 255]);
    const options = optionsOf(says.data, 8);
    expect([...options.keys()].sort((a, b) => a - b)).toEqual([1, 3, 5, 25, 31]);
    expect([options.get(3)?.[0], options.get(3)?.[1], textOf6(options.get(3)!, 14)]).toEqual([64, 0xc0, 'fec0::']);
    expect([...options.get(1)!]).toEqual([...QEMU_PLAN.card]);
    expect([...options.get(5)!.subarray(2)]).toEqual([0, 0, 0x05, 0xdc]);
    expect(textOf6(options.get(25)!, 6)).toBe('fec0::3');
  });
  it('leads out only where the host itself has an address of the world’s, and the network is open', () => {
    const lifetime = (own: readonly string[], options = {}) => {
      const { rest } = advertised(own, options).says;
      return ((rest[2] as number) << 8) | (rest[3] as number);
    };
    expect(lifetime(['2001:db8::1'])).toBe(1800);
    expect(lifetime(['fd00::5', 'fe80::1', '::1', '198.51.100.7'])).toBe(0);
    expect(lifetime(['2001:db8::1'], { isClosed: true })).toBe(0);
  });
  it('says so again to a guest at work, each minute, and wakes no idle one', () => {
    const { guest } = advertised(['2001:db8::1']);
    guest.pass(59_000);
    udp6(guest, FAR, 9, bytes(3));
    expect(messages6(guest)).toEqual([]);
    guest.pass(200_000);
    expect(messages6(guest)).toEqual([]);
    expect(guest.nat.tick(250)).toBe(false);
    udp6(guest, FAR, 9, bytes(3));
    expect(messages6(guest).map(({ type }) => type)).toEqual([134]);
    // One that never spoke IPv6 is not told of it.
    const plain = new FakeGuest();
    plain.pass(100_000);
    plain.udp('203.0.113.9', 9, bytes(3));
    expect(packets6(plain)).toEqual([]);
  });
  it('hears nobody from beyond the link', () => {
    const guest = new FakeGuest();
    icmp6(guest, 'ff02::2', solicitation, LINK, 64);
    expect(packets6(guest)).toEqual([]);
  });
});

describe('neighbours', () => {
  const ask = (target: string, source = LINK) => {
    const guest = new FakeGuest();
    const data = Uint8Array.of(...bytesOf6(target)!, 1, 1, ...GUEST_CARD);
    const group = `ff02::1:ff${target === 'fe80::2' || target.endsWith('2') ? '00:2' : '00:3'}`;
    icmp6(guest, group, { type: ICMP6.neighbourSolicitation, code: 0, rest: new Uint8Array(4), data }, source, 255);
    return messages6(guest).map(({ type, rest, data: answer, packet }) => [
      type,
      rest[0],
      textOf6(answer, 0),
      [...answer.subarray(18)],
      packet.destination,
    ]);
  };
  it('are told where the gateway and the name server are, and nothing of the guest’s own addresses', () => {
    for (const target of ['fe80::2', 'fec0::2', 'fec0::3']) expect(ask(target)).toEqual([[136, 0xe0, target, [...QEMU_PLAN.card], LINK]]);
    for (const target of [GUEST6, LINK, 'fec0::9', FAR]) expect(ask(target)).toEqual([]);
  });
  it('may not take the gateway’s address for themselves', () => {
    expect(ask('fec0::2', '::')).toEqual([[136, 0xa0, 'fec0::2', [...QEMU_PLAN.card], 'ff02::1']]);
    expect(ask(GUEST6, '::')).toEqual([]);
  });
});

describe('ping', () => {
  const echo = (to: string) => {
    const guest = new FakeGuest();
    icmp6(guest, to, { type: ICMP6.echo, code: 0, rest: Uint8Array.of(1, 2, 0, 5), data: Uint8Array.of(9, 8, 7) });
    return messages6(guest).map(({ type, code, rest, data, packet }) => [packet.source, type, code, ...rest, ...data.subarray(0, 3)]);
  };
  it('of the gateway is answered with what came; of others it is said that it cannot be carried', () => {
    for (const own of ['fec0::2', 'fec0::3', 'fe80::2']) expect(echo(own)).toEqual([[own, 129, 0, 1, 2, 0, 5, 9, 8, 7]]);
    expect(echo(FAR)[0]?.slice(0, 3)).toEqual(['fec0::2', ICMP6.unreachable, CODE6.prohibited]);
  });
});

describe('DHCPv6', () => {
  const client = [0, 1, 0, 4, 7, 7, 7, 7];
  it('gives settings to one that asks for them, and addresses to nobody', () => {
    const guest = new FakeGuest();
    udp6(guest, 'ff02::1:2', 547, Uint8Array.of(11, 1, 2, 3, ...client), 546, LINK);
    const { data, source, sourcePort, destinationPort } = only(datagrams6(guest));
    expect([source, sourcePort, destinationPort]).toEqual(['fe80::2', 547, 546]);
    expect([...data.subarray(0, 12)]).toEqual([7, 1, 2, 3, ...client]);
    const text = [...data].join(' ');
    expect(text).toContain([0, 23, 0, 16, ...bytesOf6('fec0::3')!].join(' '));
    expect(text).toContain([0, 24, 0, 14, ...nameBytes('viv.internal')].join(' '));
    udp6(guest, 'ff02::1:2', 547, Uint8Array.of(1, 1, 2, 3, ...client), 546, LINK);
    udp6(guest, 'ff02::1:2', 547, Uint8Array.of(11, 1, 2, 3, 0, 2, 0, 4, 1, 1, 1, 1), 546, LINK);
    udp6(guest, 'ff02::1:2', 547, Uint8Array.of(11, 1, 2, 3, 0, 1, 0xff, 0xff), 546, LINK);
    expect(datagrams6(guest)).toEqual([]);
  });
});

describe('names', () => {
  const question = (name: string, type: number) => Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...nameBytes(name), 0, type, 0, 1);
  it('are answered at the name server’s own address, the network’s with both families', async () => {
    const guest = new FakeGuest();
    guest.outside.names.set('both.example 6', { kind: 'found', addresses: [FAR] });
    for (const [name, address] of [
      ['both.example', FAR],
      ['host.viv.internal', 'fec0::2'],
    ] as const) {
      udp6(guest, 'fec0::3', 53, question(name, TYPE.aaaa));
      for (let turns = 0; turns < 10; turns++) await Promise.resolve();
      guest.outside.turn();
      const { data, source } = only(datagrams6(guest));
      expect([source, textOf6(data, data.length - 16)]).toEqual(['fec0::3', address]);
    }
    const reverse = `2${'.0'.repeat(28)}.c.e.f`;
    udp6(guest, 'fec0::3', 53, question(`${reverse}.ip6.arpa`, TYPE.ptr));
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    guest.outside.turn();
    expect(String.fromCharCode(...only(datagrams6(guest)).data)).toContain('host\u0003viv\u0008internal');
  });
});

describe('TCP', () => {
  it('reaches a far host, both ways to the end', () => {
    const guest = new FakeGuest();
    guest.takes = { checksum: true, tcp4: true, tcp6: true };
    tcp6(guest, { to: FAR, port: 80, flags: SYN, sequence: 100, options: { mss: 1440, scale: 7 } });
    const far = only(guest.outside.streams);
    expect([far.address, far.port]).toEqual([FAR, 80]);
    far.events.connected();
    guest.outside.turn();
    const answer = only(segments6(guest));
    expect([answer.flags, answer.options.mss]).toEqual([SYN | ACK, 1440]);
    const ours = (answer.sequence + 1) >>> 0;
    tcp6(guest, { to: FAR, port: 80, flags: ACK | PSH, sequence: 101, acknowledged: ours, data: bytes(500) });
    expect(far.bytes).toEqual(bytes(500));
    far.events.data(bytes(20_000, 2));
    guest.outside.turn();
    const frames = guest.frames.filter(({ bytes: each }) => each.length > 1000);
    // One frame, which the guest's driver cuts.
    expect(frames.map(({ unfinished }) => unfinished?.segments)).toEqual([{ kind: 'tcp6', size: 1440, headerLength: 74 }]);
    const data = segments6(guest).at(-1);
    expect(data?.data).toEqual(bytes(20_000, 2));
    tcp6(guest, { to: FAR, port: 80, flags: ACK | FIN, sequence: 601, acknowledged: ours + 20_000 });
    expect(far.isEnded).toBe(true);
    far.events.ended();
    guest.outside.turn();
    expect(segments6(guest).at(-1)!.flags & FIN).toBe(FIN);
  });
  it('reaches the host’s loopback at listed ports only, and hears why others cannot be reached', () => {
    const guest = new FakeGuest({ hostPorts: [8000] });
    tcp6(guest, { to: 'fec0::2', port: 8000, flags: SYN });
    expect(guest.outside.streams.map(({ address, port }) => [address, port])).toEqual([['::1', 8000]]);
    tcp6(guest, { to: 'fec0::2', port: 8001, flags: SYN, from: 40_001 });
    expect(only(segments6(guest)).flags).toBe(RST | ACK);
    tcp6(guest, { to: FAR, port: 443, flags: SYN, from: 40_002 });
    guest.outside.streams[1]!.events.failed('no network');
    guest.outside.turn();
    const { type, code, data } = only(messages6(guest));
    expect([type, code, textOf6(data, 24)]).toEqual([ICMP6.unreachable, CODE6.noRoute, FAR]);
    expect(guest.outside.streams).toHaveLength(2);
  });
});

test.each([
  ['::1'],
  ['::'],
  ['::ffff:127.0.0.1'],
  ['::ffff:198.51.100.7'],
  ['::ffff:169.254.169.254'],
  ['::ffff:10.0.2.2'],
  ['::ffff:0:127.0.0.1'],
  ['::127.0.0.1'],
  ['::198.51.100.7'],
  ['64:ff9b::127.0.0.1'],
  ['64:ff9b::a9fe:a9fe'],
  ['64:ff9b::198.51.100.7'],
  ['64:ff9b:1::198.51.100.7'],
  ['2002:7f00:1::1'],
  ['2002:c633:6407::1'],
  ['fe80::1'],
  ['fe80::2'],
  ['febf::1'],
  ['fec0::3'],
  ['fec0:0:0:1::2'],
  ['2001:db8::77'],
])('nothing of this computer or the link is reached at %s', (to) => {
  const guest = new FakeGuest({ hostPorts: [80] });
  guest.outside.own = ['127.0.0.1', '::1', '198.51.100.7', '2001:db8::77', 'fe80::1'];
  const address = textOf6(bytesOf6(to)!, 0);
  tcp6(guest, { to: address, port: 80, flags: SYN });
  udp6(guest, address, 80, bytes(3));
  expect(guest.outside.streams.map((stream) => stream.address)).toEqual([]);
  expect(guest.outside.datagrams.flatMap(({ sent }) => sent)).toEqual([]);
});

describe('datagrams', () => {
  it('go out and come back, in pieces where they are large', () => {
    const guest = new FakeGuest();
    const whole = new Uint8Array(8 + 3000);
    whole.set(bytes(3000), 8);
    writeUdp(whole, 0, Uint8Array.of(...bytesOf6(GUEST6)!, ...bytesOf6(FAR)!), { sourcePort: 5000, destinationPort: 9 });
    for (let at = 0; at < whole.length; at += 1400) {
      const piece = whole.subarray(at, at + 1400);
      const header = fragmentHeader(PROTOCOL.udp, 77, at, at + 1400 < whole.length);
      guest.send(frame6(guest, FAR, FRAGMENTED, Uint8Array.of(...header, ...piece)));
    }
    const flow = only(guest.outside.datagrams);
    expect(flow.sent).toEqual([{ bytes: bytes(3000), address: FAR, port: 9 }]);
    flow.events.received(bytes(2000, 3), FAR, 9);
    guest.outside.turn();
    const pieces = packets6(guest) as readonly NonNullable<ReturnType<typeof readIpv6>>[];
    expect(pieces.map(({ fragment, payload }) => [fragment?.at, fragment?.more, payload.length])).toEqual([
      [0, true, 1448],
      [1448, false, 560],
    ]);
    expect(Uint8Array.from(pieces.flatMap(({ payload }) => [...payload])).subarray(8)).toEqual(bytes(2000, 3));
  });
  it('on a route with a detour, or with headers without end, are none', () => {
    const guest = new FakeGuest();
    const route = (left: number, next = PROTOCOL.udp) => Uint8Array.of(next, 2, 0, left, 0, 0, 0, 0, ...bytesOf6('::1')!);
    guest.send(frame6(guest, FAR, 43, Uint8Array.of(...route(1), ...bytes(20))));
    guest.send(
      frame6(
        guest,
        FAR,
        60,
        Uint8Array.from({ length: 400 }, (_, at) => (at % 8 === 0 ? 60 : 0)),
      ),
    );
    guest.send(frame6(guest, FAR, 0, Uint8Array.of(PROTOCOL.udp, 255, 0, 0, 0, 0, 0, 0)));
    expect(guest.outside.datagrams).toEqual([]);
  });
});
