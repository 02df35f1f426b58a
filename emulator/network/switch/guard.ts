/**
 * What a machine on a network may say of addresses: its own is its own, the gateway is each machine's own and never comes over the
 * switch. So none can draw the traffic of another, or of the gateway, to itself.
 */
import { readArp } from '../wire/arp.ts';
import { SERVER_PORT } from '../wire/dhcp.ts';
import { SERVER_PORT6 } from '../wire/dhcp6.ts';
import { TYPE_ARP, TYPE_IPV4, TYPE_IPV6, typeOf } from '../wire/ethernet.ts';
import { ICMP6, solicited } from '../wire/icmp6.ts';
import { readIpv4 } from '../wire/ipv4.ts';
import { readIpv6 } from '../wire/ipv6.ts';
import { type Packet, PROTOCOL } from '../wire/packet.ts';

/** Of a network that gives addresses. */
export interface Guarded {
  /** The gateway's and the name server's, of both families. */
  readonly gateway: readonly string[];
  /** What the card on a port was given. */
  readonly own: string;
}

/** Whether a frame pretends nothing. @param others addresses that other ports' cards were given */
export function isHonest(frame: Uint8Array<ArrayBuffer>, { gateway, own }: Guarded, others: ReadonlySet<string>): boolean {
  const isTaken = (address: string) => address !== own && (gateway.includes(address) || others.has(address));
  const type = typeOf(frame);
  if (type === TYPE_ARP) {
    // One that looks whether an address is taken (RFC 5227) asks in nobody's name.
    const said = readArp(frame);
    return !said || !isTaken(said.sender);
  }
  const packet = type === TYPE_IPV4 ? readIpv4(frame) : type === TYPE_IPV6 ? readIpv6(frame) : undefined;
  return !packet || (!isTaken(packet.source) && !isRouters(packet) && !isTaken(advertised(packet) ?? ''));
}

/** What only the gateway says: here is the way out, here are your addresses and settings. */
function isRouters({ version, protocol, payload }: Packet): boolean {
  if (protocol === PROTOCOL.icmp6) return payload[0] === ICMP6.routerAdvertisement;
  const port = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  return protocol === PROTOCOL.udp && port === (version === 4 ? SERVER_PORT : SERVER_PORT6);
}
/** The address that a neighbour says it has. */
function advertised({ protocol, payload }: Packet): string | undefined {
  if (protocol !== PROTOCOL.icmp6 || payload[0] !== ICMP6.neighbourAdvertisement) return undefined;
  return solicited({ type: 0, code: 0, rest: payload.subarray(4, 8), data: payload.subarray(8) });
}
