/** Where things are on a private network behind a NAT: the addresses that QEMU's user network has, which every guide relies on. */
import { numberOf4 } from '../wire/address.ts';

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
}

export const QEMU_PLAN: AddressPlan = {
  network: '10.0.2.0',
  mask: '255.255.255.0',
  broadcast: '10.0.2.255',
  host: '10.0.2.2',
  dns: '10.0.2.3',
  guest: '10.0.2.15',
  card: Uint8Array.of(0x52, 0x55, 0x0a, 0x00, 0x02, 0x02),
};

/** The domain in which machines and their host have names. */
export const ZONE = 'viv.internal';

/** Whether an address belongs to the network itself. */
export const isInside = ({ network, mask }: AddressPlan, address: string): boolean =>
  (numberOf4(address) & numberOf4(mask)) >>> 0 === numberOf4(network);
