/** Where a card's rules let a guest connect: restricted ones, lists of what is allowed and denied, and ways around them. */
import { describe, expect, it, test } from 'vitest';
import { readDestinations } from '../../../preload/contract/definition/reach-fields.ts';
import { readCard, writeCard } from '../../../preload/contract/definition/network-fields.ts';
import type { NatOptions } from '../../../emulator/network/nat/stack.ts';
import { bytesOf6, textOf6 } from '../../../emulator/network/wire/address.ts';
import { RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { FakeGuest } from './fake-guest.ts';
import { FakeStream } from './fake-outside.ts';
import { bytes, FAR, opened } from './opened.ts';
import { tcp6, udp6 } from './six.ts';

const all = (...texts: readonly string[]) => texts.flatMap((text) => readDestinations(text) ?? fail(text));
const fail = (text: string): never => {
  throw new Error(`${text} means nothing`);
};

/** Where TCP and datagrams to these `ADDRESS PORT` arrive. */
function reached(options: Partial<NatOptions>, ...places: readonly string[]): readonly string[] {
  const guest = new FakeGuest(options);
  guest.outside.own = ['127.0.0.1', '198.51.100.7'];
  places.forEach((place, index) => {
    const [to = '', port] = place.split(' ');
    const isSix = to.includes(':');
    const address = isSix ? textOf6(bytesOf6(to)!, 0) : to;
    const sent = { to: address, port: Number(port), flags: SYN, from: 40_000 + index };
    if (isSix) tcp6(guest, sent);
    else guest.tcp(sent);
    if (isSix) udp6(guest, address, Number(port), bytes(3), 50_000 + index);
    else guest.udp(to, Number(port), bytes(3), 50_000 + index);
  });
  const streams = guest.outside.streams.map(({ address, port }) => `${address} ${port}`);
  const datagrams = guest.outside.datagrams.flatMap(({ sent }) => sent.map(({ address, port }) => `${address} ${port}`));
  expect(datagrams).toEqual(streams);
  return streams;
}

test.each([
  ['10.0.0.0/8', [{ network: { address: '10.0.0.0', bits: 8 } }]],
  ['203.0.113.7:443', [{ network: { address: '203.0.113.7', bits: 32 }, ports: { first: 443, last: 443 } }]],
  ['[2001:DB8::/32]:80-90', [{ network: { address: '2001:db8::', bits: 32 }, ports: { first: 80, last: 90 } }]],
  ['2001:db8::7', [{ network: { address: '2001:db8::7', bits: 128 } }]],
  ['::/0', [{ network: { address: '::', bits: 0 } }]],
  ['*', [{}]],
  ['*:25', [{ ports: { first: 25, last: 25 } }]],
] as const)('%s is read', (text, meant) => expect(readDestinations(text)).toEqual(meant));
test('lan is what homes and offices have', () => {
  expect(readDestinations('lan:80')?.map(({ network }) => network?.address)).toEqual([
    '10.0.0.0',
    '172.16.0.0',
    '192.168.0.0',
    '100.64.0.0',
    'fc00::',
  ]);
});
test.each([
  '',
  '10.0.0.0/33',
  '10.0.0',
  '256.1.1.1',
  '10.0.0.1:0',
  '10.0.0.1:70000',
  '10.0.0.1:9-8',
  '2001:db8::/129',
  ':::',
  '1:2:3',
  'example.org',
  '[10.0.0.1',
  '*:',
  '10.0.0.1:80:90',
])('"%s" means nothing', (text) => expect(readDestinations(text)).toBeUndefined());

describe('a restricted card', () => {
  const restricted = { isClosed: true, hostPorts: [8000] };
  it('reaches the gateway’s services and listed ports, and nothing else in any notation', () => {
    const places = [
      '203.0.113.9 80',
      '192.168.1.1 80',
      '2001:db8::9 80',
      '64:ff9b::cb00:7109 80',
      '::ffff:203.0.113.9 80',
      '10.0.2.2 8001',
    ];
    expect(reached(restricted, ...places, '10.0.2.2 8000')).toEqual(['127.0.0.1 8000']);
  });
  it('reaches what is allowed besides', () => {
    expect(
      reached(
        { ...restricted, allow: all('203.0.113.0/24:443', '[2001:db8::/32]:80-90') },
        '203.0.113.9 443',
        '203.0.113.9 80',
        '203.0.114.9 443',
        '2001:db8::9 85',
        '2001:db8::9 91',
        '2001:db9::9 85',
      ),
    ).toEqual(['203.0.113.9 443', '2001:db8::9 85']);
  });
  it('hears why, and its owner too', () => {
    const guest = new FakeGuest({ ...restricted, allow: all('203.0.113.9:443'), deny: [] });
    guest.tcp({ to: '203.0.113.8', port: 443, flags: SYN });
    expect(guest.packets().map(({ protocol, payload }) => [protocol, payload[0], payload[1]])).toEqual([[PROTOCOL.icmp, 3, 13]]);
    expect(guest.nat.report.unreached).toMatchObject([{ address: '203.0.113.8', port: 443, why: 'not allowed' }]);
  });
});

describe('an open card', () => {
  it('reaches everything but what is denied', () => {
    expect(
      reached({ deny: all('lan', '*:25') }, '192.168.1.1 80', '10.9.9.9 80', 'fd00::1 80', '203.0.113.9 25', '203.0.113.9 80'),
    ).toEqual(['203.0.113.9 80']);
  });
  it('reaches this computer, its links and its groups in no notation, and no cloud’s secrets', () => {
    // The fake host's own addresses are 127.0.0.1 and 198.51.100.7; port 8000 is listed, at the gateway's address alone.
    const four = ['0.0.0.0', '127.0.0.1', '127.1.2.3', '127.255.255.255', '198.51.100.7', '169.254.169.254', '169.254.0.1', '10.0.2.3'];
    const groups = ['224.0.0.251', '239.255.255.250', '240.0.0.1', '255.255.255.255', '10.0.2.255'];
    const hex = (text: string) => {
      const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
      return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    };
    const carrying = four
      .filter((address) => address !== '10.0.2.3')
      .flatMap((address) => [
        `::${hex(address)}`,
        `::ffff:${hex(address)}`,
        `::ffff:0:${hex(address)}`,
        `64:ff9b::${hex(address)}`,
        `64:ff9b:1::${hex(address)}`,
        `2002:${hex(address)}::1`,
      ]);
    const six = ['::', '::1', 'fe80::1', 'fe80::2', 'febf::9', 'ff02::1', 'ff05::2', 'fec0::3', ...carrying];
    const places = [...four, ...groups, ...six].flatMap((address) => [`${address} 80`, `${address} 8000`]);
    expect(reached({ hostPorts: [8000] }, ...places)).toEqual([]);
    expect(reached({ hostPorts: [8000] }, '10.0.2.2 8000', 'fec0::2 8000', '10.0.2.2 80')).toEqual(['127.0.0.1 8000', '::1 8000']);
  });
  it('does not get around it by an address that carries another', () => {
    const ways = ['64:ff9b::c0a8:101 80', '64:ff9b:1::c0a8:101 80', '2002:c0a8:101::1 80', '::ffff:192.168.1.1 80', '::192.168.1.1 80'];
    expect(reached({ deny: all('192.168.0.0/16') }, ...ways)).toEqual([]);
    // What is allowed is an address, not whatever leads there.
    expect(reached({ allow: all('203.0.113.0/24') }, '64:ff9b::cb00:7109 80', '203.0.113.9 80')).toEqual(['203.0.113.9 80']);
  });
  it('denies what is allowed and denied, and never opens what is always closed', () => {
    expect(reached({ allow: all('203.0.113.0/24'), deny: all('203.0.113.9') }, '203.0.113.9 80', '203.0.113.8 80')).toEqual([
      '203.0.113.8 80',
    ]);
    const closed = ['127.0.0.1 80', '169.254.169.254 80', '198.51.100.7 80', '10.0.2.2 80', '::1 80', 'fe80::1 80', '::ffff:127.0.0.1 80'];
    expect(reached({ allow: all('*') }, ...closed)).toEqual([]);
  });
});

test('a card’s words are written as they are read', () => {
  const text = 'nat,host-port=80,restrict,allow=203.0.113.0/24:443,allow=[2001:db8::/32]:80-90,deny=lan,mtu=9000,loss=1';
  expect(writeCard(readCard(text))).toBe(text);
  expect(() => readCard('nat,allow=example.org')).toThrow('takes after allow= an address');
  expect(() => readCard('nat,mtu=1000')).toThrow('takes as MTU a number of bytes from 1280 to 65535');
});

describe('a reach that changes while the guest is at work', () => {
  it('ends what is closed now on both sides, leaves the rest alone, and says whether it leads anywhere', () => {
    const guest = new FakeGuest();
    const { far } = opened({}, guest);
    guest.tcp({ to: '203.0.113.8', port: 443, flags: SYN, from: 40_001 });
    const other = guest.outside.streams[1]!;
    other.events.connected();
    guest.udp('203.0.113.7', 53, bytes(3));
    guest.outside.turn();
    guest.segments();
    expect(guest.nat.setReach({ deny: all('203.0.113.9', '203.0.113.7') })).toBe(false);
    expect(guest.segments().map(({ flags, sourcePort }) => [flags & RST, sourcePort])).toEqual([[RST, 80]]);
    expect([far.isReset, other.isReset]).toEqual([true, false]);
    expect(guest.outside.datagrams.map(({ isClosed }) => isClosed)).toEqual([true]);
    guest.tcp({ to: FAR, port: 80, flags: SYN, from: 40_002 });
    expect(guest.outside.streams).toHaveLength(2);
  });
  it('opens what was closed, and tells who asks for an address or listens to the router', () => {
    const guest = new FakeGuest({ isClosed: true });
    guest.outside.own = ['2001:db8::1'];
    expect(guest.nat.dns.isClosed).toBe(true);
    expect(guest.nat.setReach({ hostPorts: [8000] })).toBe(true);
    expect(guest.nat.dns.isClosed).toBe(false);
    guest.tcp({ to: FAR, port: 80, flags: SYN });
    guest.tcp({ to: '10.0.2.2', port: 8000, flags: SYN, from: 40_001 });
    expect(guest.outside.streams.map(({ address, port }) => `${address} ${port}`)).toEqual([`${FAR} 80`, '127.0.0.1 8000']);
    // One port less, and what leads there ends.
    expect(guest.nat.setReach({})).toBe(false);
    expect(guest.outside.streams.map(({ isReset }) => isReset)).toEqual([false, true]);
    expect(guest.nat.setReach({ isClosed: true, allow: all('203.0.113.0/24') })).toBe(false);
    expect(guest.nat.setReach({ isClosed: true })).toBe(true);
  });
  it('leaves the connections of the gateway’s own services and of forwards', () => {
    const guest = new FakeGuest();
    guest.tcp({ to: '10.0.2.3', port: 53, flags: SYN });
    guest.nat.call(22, new FakeStream('', 0, {} as never));
    guest.segments();
    guest.nat.setReach({ isClosed: true });
    expect(guest.nat.tcp.connections).toHaveLength(2);
  });
});
