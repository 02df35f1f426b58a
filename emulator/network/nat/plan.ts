/** Where things are on a private network behind a NAT: the addresses that QEMU's user network has, which every guide relies on. */
import { bytesOf6, numberOf4 } from '../wire/address.ts';

/** What a network has of IPv6: guests make their own addresses from the prefix (RFC 4862). */
export interface AddressPlan6 {
  /** An address of which the first 64 bits count. */
  readonly prefix: string;
  /** The gateway, which is also the host. */
  readonly host: string;
  readonly dns: string;
  /** The gateway's address on the link. */
  readonly link: string;
}

export interface AddressPlan {
  readonly network: string;
  readonly mask: string;
  readonly broadcast: string;
  /** The gateway, which is also the host. */
  readonly host: string;
  readonly dns: string;
  /** What DHCP gives the guest. */
  readonly guest: string;
  /** Of the gateway, and of everything else that is not the guest. */
  readonly card: Uint8Array;
  readonly six: AddressPlan6;
}

export const QEMU_PLAN: AddressPlan = {
  network: '10.0.2.0',
  mask: '255.255.255.0',
  broadcast: '10.0.2.255',
  host: '10.0.2.2',
  dns: '10.0.2.3',
  guest: '10.0.2.15',
  card: Uint8Array.of(0x52, 0x55, 0x0a, 0x00, 0x02, 0x02),
  six: { prefix: 'fec0::', host: 'fec0::2', dns: 'fec0::3', link: 'fe80::2' },
};

/** The domain in which machines and their host have names. */
export const ZONE = 'viv.internal';

const PREFIX_BYTES = 8;

/** Whether an address belongs to the network itself. */
export function isInside({ network, mask, six }: AddressPlan, address: string): boolean {
  const bytes = bytesOf6(address);
  if (!bytes) return (numberOf4(address) & numberOf4(mask)) >>> 0 === numberOf4(network);
  const prefix = bytesOf6(six.prefix);
  return bytes.subarray(0, PREFIX_BYTES).every((byte, index) => byte === prefix?.[index]);
}

/** Whether an address is the gateway's or the name server's. */
export const isGateway = ({ host, dns, six }: AddressPlan, address: string): boolean =>
  address === host || address === dns || address === six.host || address === six.dns || address === six.link;
/** Whether an address is the name server's. */
export const isNameServer = ({ dns, six }: AddressPlan, address: string): boolean => address === dns || address === six.dns;
