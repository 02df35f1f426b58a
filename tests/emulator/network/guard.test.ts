/** What a machine on a network may not say of addresses: that it is another one, the gateway, or a router. */
import { expect, test } from 'vitest';
import { isHonest } from '../../../emulator/network/switch/guard.ts';
import { Switch, type SwitchPort } from '../../../emulator/network/switch/switch.ts';
import { bytesOf4 } from '../../../emulator/network/wire/address.ts';
import { ethernetFrame, TYPE_ARP } from '../../../emulator/network/wire/ethernet.ts';
import { ICMP6, neighbourAdvertisement } from '../../../emulator/network/wire/icmp6.ts';
import type { Icmp } from '../../../emulator/network/wire/icmp.ts';
import { FakeGuest, GUEST_CARD } from './fake-guest.ts';
import { icmp6, LINK, udp6 } from './six.ts';

const GUARDED = { own: '10.86.1.15', gateway: ['10.86.1.2', '10.86.1.3', 'fd56:6976:8ab4:1::2', 'fe80::2'] };
const OTHERS = new Set(['10.86.1.15', '10.86.1.16']);

function arp(sender: string, operation = 2): Uint8Array<ArrayBuffer> {
  const frame = ethernetFrame(new Uint8Array(6).fill(0xff), GUEST_CARD, TYPE_ARP, 28);
  frame.set([0, 1, 8, 0, 6, 4, 0, operation, ...GUEST_CARD, ...bytesOf4(sender)!, 0, 0, 0, 0, 0, 0, ...bytesOf4('10.86.1.9')!], 14);
  return frame;
}
/** The frames that a guest would send. */
function sent(send: (guest: FakeGuest) => void): Uint8Array<ArrayBuffer> {
  const guest = new FakeGuest();
  const frames: Uint8Array<ArrayBuffer>[] = [];
  guest.send = (...all) => void frames.push(...all);
  send(guest);
  return frames[0] as Uint8Array<ArrayBuffer>;
}
const message = (made: Icmp) => sent((guest) => icmp6(guest, 'ff02::1', made, LINK, 255));
const solicitation = { code: 0, rest: new Uint8Array(4), data: new Uint8Array(16) };

test.each([
  ['its own address', arp('10.86.1.15'), true],
  ['an address that nobody has', arp('10.86.1.77'), true],
  ['whether an address is taken', arp('0.0.0.0', 1), true],
  ['another machine’s address', arp('10.86.1.16'), false],
  ['a question in another’s name', arp('10.86.1.16', 1), false],
  ['the gateway’s address', arp('10.86.1.2'), false],
  ['a packet of its own', sent((guest) => guest.packet('10.86.1.16', 1, 8, () => undefined, '10.86.1.15')), true],
  ['a packet of another’s', sent((guest) => guest.packet('10.86.1.16', 1, 8, () => undefined, '10.86.1.16')), false],
  ['what a DHCP server says', sent((guest) => guest.udp('255.255.255.255', 68, new Uint8Array(300), 67)), false],
  ['what a DHCPv6 server says', sent((guest) => udp6(guest, 'fe80::9', 546, new Uint8Array(8), 547, LINK)), false],
  ['a question for a router', message({ ...solicitation, type: ICMP6.routerSolicitation }), true],
  ['what a router says', message({ ...solicitation, type: ICMP6.routerAdvertisement }), false],
  ['its own IPv6 address', message(neighbourAdvertisement(LINK, GUEST_CARD, false)), true],
  ['the gateway’s IPv6 address', message(neighbourAdvertisement('fe80::2', GUEST_CARD, false)), false],
  ['nothing', new Uint8Array(14), true],
] as const)('%s: %#', (_what, frame, isFine) => expect(isHonest(frame, GUARDED, OTHERS)).toBe(isFine));

test('the switch carries nothing that pretends, and counts it; without addresses it carries anything', () => {
  const network = new Switch(() => 0);
  let got = 0;
  const port = (card: string, own?: string): SwitchPort => ({
    card,
    ...(own === undefined ? {} : { guarded: { ...GUARDED, own } }),
    deliver: () => void got++,
  });
  const [a, b, c] = [port('52:54:00:12:34:56', '10.86.1.15'), port('52:54:00:00:00:02', '10.86.1.16'), port('52:54:00:00:00:03')];
  for (const each of [a, b, c]) network.plug(each);
  network.send(a, [{ bytes: arp('10.86.1.16') }, { bytes: arp('10.86.1.2') }]);
  expect([got, network.forged]).toEqual([0, 2]);
  network.send(a, [{ bytes: arp('10.86.1.15') }]);
  expect(got).toBe(2);
  network.unplug(b);
  network.send(a, [{ bytes: arp('10.86.1.16') }]);
  expect([got, network.forged]).toEqual([3, 2]);
});
