/** The gateway's own services: ARP, ping, DHCP, names; and where a guest may not go, in every notation. */
import { describe, expect, it, test } from 'vitest';
import { isClosed4, isClosed6, judge } from '../../../emulator/network/nat/policy.ts';
import { QEMU_PLAN } from '../../../emulator/network/nat/plan.ts';
import { bytesOf4, bytesOf6, textOf6 } from '../../../emulator/network/wire/address.ts';
import { ARP_REQUEST, readArp } from '../../../emulator/network/wire/arp.ts';
import { DHCP, OPTION } from '../../../emulator/network/wire/dhcp.ts';
import { nameBytes, TYPE } from '../../../emulator/network/wire/dns.ts';
import { checksumOf } from '../../../emulator/network/wire/checksum.ts';
import { ethernetFrame, TYPE_ARP, typeOf } from '../../../emulator/network/wire/ethernet.ts';
import { PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { FakeGuest, GUEST, GUEST_CARD } from './fake-guest.ts';

const settled = async (guest: FakeGuest) => {
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  guest.outside.turn();
};

describe('ARP', () => {
  const ask = (guest: FakeGuest, target: string, sender = GUEST) => {
    const frame = ethernetFrame(new Uint8Array(6).fill(0xff), GUEST_CARD, TYPE_ARP, 28);
    frame.set([0, 1, 8, 0, 6, 4, 0, ARP_REQUEST, ...GUEST_CARD, ...bytesOf4(sender)!, 0, 0, 0, 0, 0, 0, ...bytesOf4(target)!], 14);
    guest.send(frame);
    return guest.frames.splice(0).filter(({ bytes }) => typeOf(bytes) === TYPE_ARP);
  };
  it('answers for the gateway and the name server, and for nobody else: a guest may look whether its own address is taken', () => {
    const guest = new FakeGuest();
    for (const target of ['10.0.2.2', '10.0.2.3']) {
      const [answer] = ask(guest, target);
      expect([readArp(answer!.bytes)?.sender, [...answer!.bytes.subarray(6, 12)]]).toEqual([target, [...QEMU_PLAN.card]]);
    }
    for (const target of [GUEST, '10.0.2.9', '192.168.0.1']) expect(ask(guest, target)).toEqual([]);
    expect(ask(guest, GUEST, '0.0.0.0')).toEqual([]);
  });
});

describe('ping', () => {
  const echo = (guest: FakeGuest, to: string) => {
    const body = [0x12, 0x34, 0, 5, 1, 2, 3];
    guest.packet(to, PROTOCOL.icmp, 4 + body.length, (frame, at) => {
      frame.set([8, 0, 0, 0, ...body], at);
      const sum = checksumOf(frame, at, frame.length);
      frame.set([sum >> 8, sum & 0xff], at + 2);
    });
    return guest.packets().map(({ payload, source }) => [source, payload[0], payload[1], ...payload.subarray(4, 11)]);
  };
  it('of the gateway is answered with what came; of others it is said that it cannot be carried', () => {
    const guest = new FakeGuest();
    expect(echo(guest, '10.0.2.2')).toEqual([['10.0.2.2', 0, 0, 0x12, 0x34, 0, 5, 1, 2, 3]]);
    expect(echo(guest, '8.8.8.8')[0]?.slice(0, 3)).toEqual(['10.0.2.2', 3, 13]);
  });
});

describe('DHCP', () => {
  const say = (guest: FakeGuest, type: number, options: readonly number[] = [], flags = 0) => {
    const bytes = new Uint8Array(320);
    bytes.set([1, 1, 6, 0, 9, 8, 7, 6, 0, 0, flags]);
    bytes.set(GUEST_CARD, 28);
    bytes.set([0x63, 0x82, 0x53, 0x63, OPTION.type, 1, type, ...options, 255], 236);
    guest.udp('255.255.255.255', 67, bytes, 68);
    const [answer] = guest.datagrams();
    if (!answer) return undefined;
    const found = new Map<number, number[]>();
    for (let at = 240; answer.data[at] !== 255; at += 2 + answer.data[at + 1]!)
      found.set(answer.data[at]!, [...answer.data.subarray(at + 2, at + 2 + answer.data[at + 1]!)]);
    return { yours: [...answer.data.subarray(16, 20)], found, length: answer.data.length, transaction: [...answer.data.subarray(4, 8)] };
  };
  it('offers and gives the one address, with gateway, name server and name', () => {
    const guest = new FakeGuest({ hostName: 'box' });
    const offer = say(guest, DHCP.discover);
    expect(offer).toMatchObject({ yours: [10, 0, 2, 15], transaction: [9, 8, 7, 6] });
    expect(offer!.length).toBeGreaterThanOrEqual(300);
    const given = say(guest, DHCP.request, [OPTION.requestedAddress, 4, 10, 0, 2, 15]);
    expect(given?.found.get(OPTION.type)).toEqual([DHCP.acknowledge]);
    expect([OPTION.mask, OPTION.router, OPTION.dns].map((code) => given?.found.get(code))).toEqual([
      [255, 255, 255, 0],
      [10, 0, 2, 2],
      [10, 0, 2, 3],
    ]);
    expect(String.fromCharCode(...given!.found.get(OPTION.hostName)!)).toBe('box');
    expect(guest.nat.isHere).toBe(true);
  });
  it('refuses an address of another network, and leaves what is for another server alone', () => {
    const guest = new FakeGuest();
    expect(say(guest, DHCP.request, [OPTION.requestedAddress, 4, 192, 168, 1, 7])?.found.get(OPTION.type)).toEqual([DHCP.refuse]);
    expect(say(guest, DHCP.request, [OPTION.requestedAddress, 4, 10, 0, 2, 15, OPTION.server, 4, 10, 0, 2, 99])).toBeUndefined();
    expect(say(guest, DHCP.release)).toBeUndefined();
  });
});

describe('names', () => {
  const ask = async (guest: FakeGuest, name: string, type: number = TYPE.a, extra: readonly number[] = []) => {
    const question = Uint8Array.from([
      0x12,
      0x34,
      1,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      extra.length > 0 ? 1 : 0,
      ...nameBytes(name),
      0,
      type,
      0,
      1,
      ...extra,
    ]);
    guest.udp('10.0.2.3', 53, question, 3333);
    await settled(guest);
    const [answer] = guest.datagrams();
    const view = answer && new DataView(answer.data.buffer, answer.data.byteOffset, answer.data.length);
    return (
      view && {
        id: view.getUint16(0),
        code: view.getUint16(2) & 15,
        cut: (view.getUint16(2) & 0x200) !== 0,
        answers: view.getUint16(6),
        last: [...answer.data.subarray(-4)],
        bytes: answer.data.length,
      }
    );
  };
  it('are what the host’s resolver says: found, there but not in this family, missing, unknown', async () => {
    const guest = new FakeGuest();
    const { names } = guest.outside;
    names.set('example.test 4', { kind: 'found', addresses: ['192.0.2.1', '192.0.2.2'] });
    names.set('example.test 6', { kind: 'empty' });
    names.set('broken.test 4', { kind: 'failed' });
    expect(await ask(guest, 'Example.Test')).toMatchObject({ id: 0x1234, code: 0, answers: 2, last: [192, 0, 2, 2] });
    expect(await ask(guest, 'example.test', TYPE.aaaa)).toMatchObject({ code: 0, answers: 0 });
    expect(await ask(guest, 'missing.test')).toMatchObject({ code: 3, answers: 0 });
    expect(await ask(guest, 'broken.test')).toMatchObject({ code: 2 });
  });
  it('of this network are ours, and localhost is the guest’s own', async () => {
    const guest = new FakeGuest({ hostName: 'box' });
    expect(await ask(guest, 'host.viv.internal')).toMatchObject({ answers: 1, last: [10, 0, 2, 2] });
    expect(await ask(guest, 'box.viv.internal')).toMatchObject({ answers: 1, last: [10, 0, 2, 15] });
    expect(await ask(guest, 'localhost')).toMatchObject({ answers: 1, last: [127, 0, 0, 1] });
    expect(await ask(guest, 'nobody.viv.internal')).toMatchObject({ code: 3 });
    expect(await ask(guest, '2.2.0.10.in-addr.arpa', TYPE.ptr)).toMatchObject({ code: 0, answers: 1 });
    expect(guest.outside.names.size).toBe(0);
  });
  it('that have many answers are cut for those who take little', async () => {
    const guest = new FakeGuest();
    const addresses = Array.from({ length: 100 }, (_, index) => `192.0.2.${index + 1}`);
    guest.outside.names.set('many.test 4', { kind: 'found', addresses });
    expect(await ask(guest, 'many.test')).toMatchObject({ cut: true });
    const wide = await ask(guest, 'many.test', TYPE.a, [0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]);
    expect(wide?.bytes).toBeGreaterThan(1000);
    expect(wide?.bytes).toBeLessThanOrEqual(1232);
  });
  it('of other types are asked of the host’s name servers; where none answers it is said', async () => {
    const guest = new FakeGuest();
    expect(await ask(guest, 'mail.test', 15)).toMatchObject({ code: 2 });
    guest.outside.relayed = (question) =>
      Promise.resolve(Uint8Array.from([...question.subarray(0, 2), 0x81, 0x80, ...question.subarray(4)]));
    expect(await ask(guest, 'mail.test', 15)).toMatchObject({ id: 0x1234, code: 0 });
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.3', true],
  ['0.0.0.0', true],
  ['169.254.169.254', true],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['240.0.0.1', true],
  ['10.1.1.1', false],
  ['192.168.1.1', false],
  ['128.0.0.1', false],
  ['1.1.1.1', false],
] as const)('%s is closed: %s', (address, closed) => expect(isClosed4(address)).toBe(closed));

test.each([
  ['::', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['0:0:0:0:0:ffff:a9fe:a9fe', true],
  ['::127.0.0.1', true],
  ['fe80::1', true],
  ['febf::1', true],
  ['fec0::1', true],
  ['ff02::1', true],
  ['64:ff9b::7f00:1', true],
  ['64:ff9b::101:101', false],
  ['2002:7f00:1::', true],
  ['2001:db8::1', false],
  ['::ffff:1.1.1.1', false],
  ['fd00::1', false],
  ['nonsense', true],
] as const)('%s is closed: %s', (address, closed) => expect(isClosed6(address)).toBe(closed));

test('what is dialled is judged, not what it is called', () => {
  const policy = { plan: QEMU_PLAN, reach: { hostPorts: new Set([8000]) }, ownAddresses: () => ['198.51.100.7'] };
  expect(judge(policy, '10.0.2.2', 8000)).toEqual({ kind: 'allowed', address: '127.0.0.1', port: 8000 });
  expect(judge(policy, '10.0.2.2', 8001)).toEqual({ kind: 'closed' });
  expect(judge(policy, '10.0.2.77', 80)).toEqual({ kind: 'no host' });
  expect(judge(policy, '198.51.100.7', 8000)).toEqual({ kind: 'prohibited', rule: 'this computer' });
  expect(judge(policy, '198.51.100.8', 443)).toEqual({ kind: 'allowed', address: '198.51.100.8', port: 443 });
});

test('addresses are read in one way only', () => {
  for (const text of ['127.1', '0177.0.0.1', '0x7f.0.0.1', '256.0.0.1', '1.2.3', '1.2.3.4.5', '', '01.2.3.4'])
    expect(bytesOf4(text)).toBeUndefined();
  for (const text of ['1::2::3', ':::', 'fe80::1%eth0', '1:2:3:4:5:6:7:8:9', '::1.2.3', 'g::']) expect(bytesOf6(text)).toBeUndefined();
  for (const text of ['::', '::1', '2001:db8::1', '1::', '1:0:0:2::3', 'fe80::1:2:3:4']) expect(textOf6(bytesOf6(text)!, 0)).toBe(text);
});
