/** The DHCP server of a private network: every client gets the guest's one address, for ever. */
import { bytesOf4, textOf4 } from '../wire/address.ts';
import { DHCP, dhcpReply, type DhcpRequest, OPTION } from '../wire/dhcp.ts';
import { nameBytes } from '../wire/dns.ts';
import { type AddressPlan, ZONE } from './plan.ts';

const LEASE_SECONDS = 86_400;
const USUAL_MTU = 1500;

export interface DhcpParts {
  readonly plan: AddressPlan;
  readonly mtu: () => number;
  /** The machine's name, as a host name. */
  readonly hostName: string | undefined;
  /** Whether nothing is behind the gateway. */
  readonly isClosed: () => boolean;
}

const address = (text: string) => bytesOf4(text) as Uint8Array;
const seconds = (count: number) => Uint8Array.of(count >>> 24, (count >>> 16) & 0xff, (count >>> 8) & 0xff, count & 0xff);
const letters = (text: string) => Uint8Array.from([...text], (letter) => letter.charCodeAt(0) & 0x7f);
const NOBODY = new Uint8Array(4);

/** The answer to a client's message; undefined where there is none. */
export function answerDhcp(asked: DhcpRequest, parts: DhcpParts): Uint8Array<ArrayBuffer> | undefined {
  const { plan } = parts;
  const server = asked.options.get(OPTION.server);
  // It talks to another server.
  if (server && textOf4(server, 0) !== plan.host) return undefined;
  const say = (type: number, yours: Uint8Array, more: readonly (readonly [number, Uint8Array])[]) =>
    dhcpReply(asked, yours, address(plan.host), [[OPTION.type, Uint8Array.of(type)], [OPTION.server, address(plan.host)], ...more]);
  switch (asked.type) {
    case DHCP.discover:
      return say(DHCP.offer, address(plan.guest), [...lease(), ...options(parts)]);
    case DHCP.request: {
      const wanted = asked.options.get(OPTION.requestedAddress) ?? asked.client;
      if (wanted.length !== 4 || textOf4(wanted, 0) !== plan.guest) return say(DHCP.refuse, NOBODY, []);
      return say(DHCP.acknowledge, address(plan.guest), [...lease(), ...options(parts)]);
    }
    case DHCP.inform:
      return say(DHCP.acknowledge, NOBODY, options(parts));
    // Given back or not, the address stays the guest's.
    default:
      return undefined;
  }
}

const lease = (): readonly (readonly [number, Uint8Array])[] => [
  [OPTION.lease, seconds(LEASE_SECONDS)],
  [OPTION.renewal, seconds(LEASE_SECONDS / 2)],
  [OPTION.rebinding, seconds((LEASE_SECONDS / 8) * 7)],
];

function options({ plan, mtu, hostName, isClosed }: DhcpParts): readonly (readonly [number, Uint8Array])[] {
  const size = mtu();
  return [
    [OPTION.mask, address(plan.mask)],
    ...(isClosed() ? [] : [[OPTION.router, address(plan.host)] as const]),
    [OPTION.broadcast, address(plan.broadcast)],
    [OPTION.dns, address(plan.dns)],
    [OPTION.domain, letters(ZONE)],
    [OPTION.search, nameBytes(ZONE)],
    ...(hostName === undefined ? [] : [[OPTION.hostName, letters(hostName)] as const]),
    ...(size === USUAL_MTU ? [] : [[OPTION.mtu, Uint8Array.of(size >> 8, size & 0xff)] as const]),
  ];
}
