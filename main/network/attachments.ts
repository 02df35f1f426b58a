/** From a definition's network cards to what the emulator attaches. */
import type { NetworkAttachment } from '../../emulator/index.ts';
import { PRIVATE_NAT } from '../../preload/contract/definition/network-fields.ts';
import type { Forward } from '../../preload/contract/forwards.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { NatSetup } from './link-messages.ts';
import { reachableByGuests } from './own-ports.ts';

/** The module of a private network. */
export const NAT_LINK = new URL('./nat-link.ts', import.meta.url).href;

/** The first address that QEMU gives; cards of one machine count on from it. Private networks do not meet, so they may be the same. */
const FIRST_ADDRESS = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] as const;
const usualAddress = (card: number): string =>
  FIRST_ADDRESS.map((byte, index) => (index === FIRST_ADDRESS.length - 1 ? byte + card : byte).toString(16).padStart(2, '0')).join(':');

/** A definition's forwards, with what they mean where they do not say. */
export const forwardsOf = ({ forwards = [] }: Pick<MachineDefinition, 'forwards'>): readonly Forward[] =>
  forwards.map(({ address = '127.0.0.1', hostPort, guestPort, protocol = 'tcp' }) => ({ address, hostPort, guestPort, protocol }));

/** Which card the forwards lead through: the first with a private network; -1: none. */
export const forwardingCard = ({ networks = [] }: Pick<MachineDefinition, 'networks'>): number =>
  networks.findIndex(({ network }) => network === PRIVATE_NAT);

/** A name as host names may be; undefined where nothing of it can. */
export function hostNameOf(name: string): string | undefined {
  const letters = name.toLowerCase().replace(/[^a-z\d]+/g, '-');
  const trimmed = letters.slice(0, 63).replace(/^-+|-+$/g, '');
  return trimmed === '' ? undefined : trimmed;
}

export function networkAttachments(definition: Pick<MachineDefinition, 'name' | 'networks' | 'forwards'>): readonly NetworkAttachment[] {
  const { networks = [] } = definition;
  const forwarding = forwardingCard(definition);
  const hostName = hostNameOf(definition.name);
  return networks.map(({ mac, hostPorts = [] }, card) => {
    const forwards = card === forwarding ? forwardsOf(definition) : [];
    const setup: NatSetup = { hostPorts: reachableByGuests(hostPorts), forwards, ...(hostName === undefined ? {} : { hostName }) };
    return { address: mac ?? usualAddress(card), module: NAT_LINK, setup };
  });
}
