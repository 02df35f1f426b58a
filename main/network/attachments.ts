/** From a definition's network cards to what the emulator attaches. */
import type { NetworkAttachment } from '../../emulator/index.ts';
import { PRIVATE_NAT } from '../../preload/contract/definition/network-fields.ts';
import { type LooseReach, type ReachDefinition, readDestinations } from '../../preload/contract/definition/reach-fields.ts';
import type { Forward } from '../../preload/contract/forwards.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { NetworkSettings } from '../../preload/contract/networks.ts';
import type { NatMessage, NatSetup, ReachSetup } from './link-messages.ts';
import { reachableByGuests } from './own-ports.ts';

type Cards = NonNullable<MachineDefinition['networks']>;

/** The modules of a private network and of one that machines share. */
export const NAT_LINK = new URL('./nat-link.ts', import.meta.url).href;
export const SWITCHED_LINK = new URL('./switched-link.ts', import.meta.url).href;

/** The first address that QEMU gives; cards of one machine count on from it. Private networks do not meet, so they may be the same. */
const FIRST_ADDRESS = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] as const;
const usualAddress = (card: number): string =>
  FIRST_ADDRESS.map((byte, index) => (index === FIRST_ADDRESS.length - 1 ? byte + card : byte).toString(16).padStart(2, '0')).join(':');

/** A definition's forwards, with what they mean where they do not say. */
export const forwardsOf = ({ forwards = [] }: Pick<MachineDefinition, 'forwards'>): readonly Forward[] =>
  forwards.map(({ address = '127.0.0.1', hostPort, guestPort, protocol = 'tcp' }) => ({ address, hostPort, guestPort, protocol }));

/** Which card the forwards lead through: the first with a private network, else the first of all; -1: none. */
export function forwardingCard({ networks = [] }: Pick<MachineDefinition, 'networks'>): number {
  const own = networks.findIndex(({ network }) => network === PRIVATE_NAT);
  return own >= 0 || networks.length === 0 ? own : 0;
}

/** The address of a definition's card, from 0. */
export const cardAddress = ({ networks = [] }: Pick<MachineDefinition, 'networks'>, card: number): string =>
  networks[card]?.mac?.toLowerCase() ?? usualAddress(card);

/** A name as host names may be; undefined where nothing of it can. */
export function hostNameOf(name: string): string | undefined {
  const letters = name.toLowerCase().replace(/[^a-z\d]+/g, '-');
  const trimmed = letters.slice(0, 63).replace(/^-+|-+$/g, '');
  return trimmed === '' ? undefined : trimmed;
}

/** A card's reach as its link takes it. */
function setupOfReach({ restrict = false, allow = [], deny = [] }: LooseReach): ReachSetup {
  const all = (texts: readonly string[]) => texts.flatMap((text) => readDestinations(text) ?? []);
  return { restrict, deny: all(deny), ...(allow.length > 0 ? { allow: all(allow) } : {}) };
}

/** What a card's link is told when its guest may connect somewhere else than before. */
export const reachMessage = ({
  hostPorts = [],
  reach = {},
}: {
  readonly hostPorts?: readonly number[] | undefined;
  readonly reach?: LooseReach | undefined;
}) => ({ kind: 'reach', hostPorts: reachableByGuests(hostPorts), reach: setupOfReach(reach) }) satisfies NatMessage;

/**
 * The cards as they are plugged in: what they do not say, their network does.
 * @param networks those that machines share
 */
export function asPlugged(cards: Cards, networks: readonly (NetworkSettings & { readonly name: string })[]): Cards {
  return cards.map((card) => {
    const { reach, mtu } = networks.find(({ name }) => name === card.network) ?? {};
    // Read from JSON, which has no members that are undefined.
    const reached = reach ? { reach: reach as ReachDefinition } : {};
    return { ...reached, ...(mtu === undefined ? {} : { mtu }), ...card };
  });
}

export function networkAttachments(definition: Pick<MachineDefinition, 'name' | 'networks' | 'forwards'>): readonly NetworkAttachment[] {
  const { networks = [] } = definition;
  const forwarding = forwardingCard(definition);
  const hostName = hostNameOf(definition.name);
  return networks.map(({ network, hostPorts = [], cable, reach = {}, mtu }, card) => {
    const forwards = card === forwarding ? forwardsOf(definition) : [];
    const setup: NatSetup = {
      hostPorts: reachableByGuests(hostPorts),
      forwards,
      ...(hostName === undefined ? {} : { hostName }),
      ...(cable ? { cable } : {}),
      reach: setupOfReach(reach),
    };
    const module = network === PRIVATE_NAT ? NAT_LINK : SWITCHED_LINK;
    return { address: cardAddress(definition, card), ...(mtu === undefined ? {} : { mtu }), module, setup };
  });
}
