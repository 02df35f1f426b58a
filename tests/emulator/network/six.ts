/** The IPv6 of a guest on the other end of the cable: what it sends is made here, what it gets is read here. */
import { checksumOf, pseudoHeader } from '../../../emulator/network/wire/checksum.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_IPV6, typeOf } from '../../../emulator/network/wire/ethernet.ts';
import { bytesOf6 } from '../../../emulator/network/wire/address.ts';
import { readIcmp6, writeIcmp6 } from '../../../emulator/network/wire/icmp6.ts';
import type { Icmp } from '../../../emulator/network/wire/icmp.ts';
import { IPV6_BYTES, readIpv6, writeIpv6 } from '../../../emulator/network/wire/ipv6.ts';
import { type Packet, PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { readTcp, type Segment, tcpHeaderBytes, writeTcp } from '../../../emulator/network/wire/tcp.ts';
import { readUdp, UDP_BYTES, writeUdp } from '../../../emulator/network/wire/udp.ts';
import type { FakeGuest, SentSegment } from './fake-guest.ts';

export const LINK = 'fe80::5054:ff:fe12:3456';
export const GUEST6 = 'fec0::5054:ff:fe12:3456';

/** A frame of the guest's. @param hops absent: 64 */
export function frame6(guest: FakeGuest, to: string, protocol: number, payload: Uint8Array, source = GUEST6, hops?: number) {
  const destination = bytesOf6(to) as Uint8Array;
  const card = destination[0] === 0xff ? Uint8Array.of(0x33, 0x33, ...destination.subarray(12)) : guest.nat.plan.card;
  const frame = ethernetFrame(card, guest.address, TYPE_IPV6, IPV6_BYTES + payload.length);
  writeIpv6(frame, source, to, protocol, payload.length, hops);
  frame.set(payload, ETHERNET_BYTES + IPV6_BYTES);
  return frame;
}
const addresses = (source: string, to: string) => Uint8Array.of(...(bytesOf6(source) as Uint8Array), ...(bytesOf6(to) as Uint8Array));

export function udp6(guest: FakeGuest, to: string, port: number, data: Uint8Array, from = 40_000, source = GUEST6): void {
  const whole = new Uint8Array(UDP_BYTES + data.length);
  whole.set(data, UDP_BYTES);
  writeUdp(whole, 0, addresses(source, to), { sourcePort: from, destinationPort: port });
  guest.send(frame6(guest, to, PROTOCOL.udp, whole, source));
}
export function icmp6(guest: FakeGuest, to: string, message: Icmp, source = GUEST6, hops?: number): void {
  const whole = new Uint8Array(8 + message.data.length);
  writeIcmp6(whole, 0, addresses(source, to), message);
  guest.send(frame6(guest, to, PROTOCOL.icmp6, whole, source, hops));
}
export function tcp6(
  guest: FakeGuest,
  { to, port, from = 40_000, flags, data = new Uint8Array(0), options = {}, ...rest }: SentSegment,
): void {
  const header = tcpHeaderBytes(options);
  const whole = new Uint8Array(header + data.length);
  const { sequence = 0, acknowledged = 0, window = 65_535 } = rest;
  writeTcp(whole, 0, { sourcePort: from, destinationPort: port, sequence, acknowledged, flags, window, options });
  whole.set(data, header);
  const sum = checksumOf(whole, 0, whole.length, pseudoHeader(addresses(GUEST6, to), PROTOCOL.tcp, whole.length));
  whole.set([sum >> 8, sum & 0xff], 16);
  guest.send(frame6(guest, to, PROTOCOL.tcp, whole));
}

/** The packets that came since the last call. */
export const packets6 = (guest: FakeGuest): readonly Packet[] =>
  guest.frames
    .splice(0)
    .filter(({ bytes }) => typeOf(bytes) === TYPE_IPV6)
    .map(({ bytes }) => readIpv6(bytes) ?? fail('a packet that is none came'));
export const messages6 = (guest: FakeGuest): readonly (Icmp & { readonly packet: Packet })[] =>
  packets6(guest)
    .filter(({ protocol }) => protocol === PROTOCOL.icmp6)
    .map((packet) => ({ ...(readIcmp6(packet, false) ?? fail('a message with a wrong checksum came')), packet }));
export const segments6 = (guest: FakeGuest): readonly Segment[] =>
  packets6(guest)
    .filter(({ protocol }) => protocol === PROTOCOL.tcp)
    .map((packet) => readTcp(packet, guest.takes.checksum) ?? fail('a segment with a wrong checksum came'));
export const datagrams6 = (guest: FakeGuest) =>
  packets6(guest)
    .filter(({ protocol }) => protocol === PROTOCOL.udp)
    .map((packet) => ({ ...(readUdp(packet, false) ?? fail('a datagram with a wrong checksum came')), source: packet.source }));

const fail = (message: string): never => {
  throw new Error(message);
};
