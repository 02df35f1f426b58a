/** ICMPv6 (RFC 4443), and what neighbours and routers tell each other by it (RFC 4861, RFC 8106). */
import { bytesOf6, textOf6 } from './address.ts';
import { checksumOf, folded, pseudoHeader, sumOf } from './checksum.ts';
import { nameBytes } from './dns.ts';
import { ICMP_BYTES, type Icmp } from './icmp.ts';
import { type Packet, PROTOCOL } from './packet.ts';

export const ICMP6 = {
  unreachable: 1,
  timeExceeded: 3,
  echo: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const;
/** Codes of `unreachable`. */
export const CODE6 = { noRoute: 0, prohibited: 1, noHost: 3, noPort: 4 } as const;
/** What neighbours say has come from no further than the link (RFC 4861, section 7.1.1). */
export const LINK_HOPS = 255;
/** Everybody on the link. */
export const ALL_NODES = 'ff02::1';

const OPTION = { sourceCard: 1, targetCard: 2, prefix: 3, mtu: 5, nameServers: 25, searchList: 31 } as const;

/** Reads a packet's message; undefined where it is not right. @param unfinished its checksum is still to be written */
export function readIcmp6({ payload, addresses }: Packet, unfinished: boolean): Icmp | undefined {
  if (payload.length < ICMP_BYTES) return undefined;
  const sum = () => folded(sumOf(payload, 0, payload.length, pseudoHeader(addresses, PROTOCOL.icmp6, payload.length)));
  if (!unfinished && sum() !== 0xffff) return undefined;
  return { type: payload[0] as number, code: payload[1] as number, rest: payload.slice(4, 8), data: payload.subarray(ICMP_BYTES) };
}

/** Writes a message with its checksum at `at`. @param addresses source and destination, one after the other */
export function writeIcmp6(bytes: Uint8Array, at: number, addresses: Uint8Array, { type, code, rest, data }: Icmp): void {
  bytes[at] = type;
  bytes[at + 1] = code;
  bytes.set(rest, at + 4);
  bytes.set(data, at + ICMP_BYTES);
  const length = ICMP_BYTES + data.length;
  const sum = checksumOf(bytes, at, at + length, pseudoHeader(addresses, PROTOCOL.icmp6, length));
  bytes[at + 2] = sum >> 8;
  bytes[at + 3] = sum & 0xff;
}

/** The address that a neighbour asks about; undefined where the message is too short. */
export const solicited = ({ data }: Icmp): string | undefined => (data.length < 16 ? undefined : textOf6(data, 0));

const ROUTER = 0x80;
const SOLICITED = 0x40;
const OVERRIDE = 0x20;

/** "That address is at this card". @param isAnswer to somebody who asked, and not to all */
export function neighbourAdvertisement(address: string, card: Uint8Array, isAnswer: boolean): Icmp {
  const data = new Uint8Array(24);
  data.set(bytesOf6(address) as Uint8Array);
  data.set([OPTION.targetCard, 1, ...card.subarray(0, 6)], 16);
  const flags = ROUTER | OVERRIDE | (isAnswer ? SOLICITED : 0);
  return { type: ICMP6.neighbourAdvertisement, code: 0, rest: Uint8Array.of(flags, 0, 0, 0), data };
}

/** What a router says of itself and the link; times in seconds. */
export interface RouterSays {
  /** For how long it leads anywhere; 0: it does not. */
  readonly routerLifetime: number;
  /** Of 64 bits; guests make their addresses from it. */
  readonly prefix: string;
  readonly prefixLifetime: number;
  readonly card: Uint8Array;
  readonly mtu: number;
  readonly nameServer: string;
  readonly nameLifetime: number;
  readonly domain: string;
}

const CURRENT_HOPS = 64;
/** Other settings than addresses are to be had by DHCPv6. */
const OTHER_SETTINGS = 0x40;
const ON_LINK_AND_AUTONOMOUS = 0xc0;
const PREFIX_BITS = 64;

const word16 = (value: number) => [value >> 8, value & 0xff];
const word32 = (value: number) => [...word16(value >>> 16), ...word16(value & 0xffff)];
/** An option, filled up with zeros to a multiple of eight bytes. */
function option(type: number, value: readonly number[]): readonly number[] {
  const units = Math.ceil((2 + value.length) / 8);
  return [type, units, ...value, ...Array<number>(8 * units - 2 - value.length).fill(0)];
}

export function routerAdvertisement(says: RouterSays): Icmp {
  const lifetime = word32(says.prefixLifetime);
  const prefix = [...(bytesOf6(says.prefix) as Uint8Array)];
  const data = [
    // How long neighbours count as reachable, and when they are asked again: as the guest likes.
    ...word32(0),
    ...word32(0),
    ...option(OPTION.prefix, [PREFIX_BITS, ON_LINK_AND_AUTONOMOUS, ...lifetime, ...lifetime, ...word32(0), ...prefix]),
    ...option(OPTION.sourceCard, [...says.card.subarray(0, 6)]),
    ...option(OPTION.mtu, [0, 0, ...word32(says.mtu)]),
    ...option(OPTION.nameServers, [0, 0, ...word32(says.nameLifetime), ...(bytesOf6(says.nameServer) as Uint8Array)]),
    ...option(OPTION.searchList, [0, 0, ...word32(says.nameLifetime), ...nameBytes(says.domain)]),
  ];
  const rest = Uint8Array.of(CURRENT_HOPS, OTHER_SETTINGS, ...word16(says.routerLifetime));
  return { type: ICMP6.routerAdvertisement, code: 0, rest, data: Uint8Array.from(data) };
}
