/** Addresses of networks that machines share, and what a card's link is told of its place there. */
import type { AddressPlan } from '../../emulator/network/nat/plan.ts';
import type { NetworkKind } from '../../preload/contract/networks.ts';
import type { NetworkPlace } from './link-messages.ts';

/** Networks' addresses are 10.86.N.x, which few have for anything else. */
const FIRST_BYTES = '10.86';
const FIRST_BYTES6 = 'fd56:6976:8ab4';
const GATEWAY = 2;
const NAME_SERVER = 3;

export const subnetText = (subnet: number): string => `${FIRST_BYTES}.${subnet}.0/24`;
export const addressText = (subnet: number, host: number): string => `${FIRST_BYTES}.${subnet}.${host}`;
/** Unique local ones (RFC 4193), in the form that addresses have as keys. */
const address6 = (subnet: number, host: number): string => `${FIRST_BYTES6}:${subnet.toString(16)}::${host === 0 ? '' : host}`;

/** Where things are on a network, as one of its guests sees it. */
export const planOf = (subnet: number, host: number): AddressPlan => ({
  network: addressText(subnet, 0),
  mask: '255.255.255.0',
  broadcast: addressText(subnet, 255),
  host: addressText(subnet, GATEWAY),
  dns: addressText(subnet, NAME_SERVER),
  guest: addressText(subnet, host),
  card: Uint8Array.of(0x52, 0x55, 10, 86, subnet, GATEWAY),
  six: {
    prefix: address6(subnet, 0),
    host: address6(subnet, GATEWAY),
    dns: address6(subnet, NAME_SERVER),
    link: `fe80::${GATEWAY}`,
  },
});

/** A card's place on a network, in three plain values. */
export interface PlaceNumbers {
  readonly kind: NetworkKind;
  /** The third byte of the network's addresses. */
  readonly subnet: number;
  /** The last byte of the card's. */
  readonly host: number;
}

/** What the card's link is told of it: an isolated network has no gateway and gives no addresses. */
export const placeOf = ({ kind, subnet, host }: PlaceNumbers): NetworkPlace => ({
  isClosed: kind !== 'nat',
  ...(kind === 'isolated' ? {} : { plan: planOf(subnet, host) }),
});
