/** Networks and cables in words. */
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { LinkStatus } from '../../../preload/contract/links.ts';
import type { NetworkKind, NetworkSettings, NetworkStatus } from '../../../preload/contract/networks.ts';
import { formatRate } from '../../../emulator/quantities/rates.ts';

/** What each kind of network is, in a word and in a sentence. */
export const KINDS: Readonly<Record<NetworkKind, { readonly name: string; readonly about: string }>> = {
  nat: {
    name: 'Shared NAT',
    about: 'Machines on it reach each other by name, and whatever this computer reaches. Nobody reaches them but through forwarded ports.',
  },
  'host-only': {
    name: 'Host-only',
    about: 'Machines on it reach each other by name, and the ports of this computer that their card lists. Nothing leads further.',
  },
  isolated: {
    name: 'Isolated',
    about: 'A cable and nothing else: machines on it reach each other alone, and set their addresses themselves.',
  },
};
export const PRIVATE = {
  name: 'Private NAT',
  about:
    'A network of the machine’s own behind this computer’s address. It reaches whatever this computer reaches; nobody reaches it but through forwarded ports.',
} as const;

/** What a card is plugged into, as a heading and a sentence. */
export function attachment(network: string, known: NetworkStatus | undefined): { readonly name: string; readonly about: string } {
  if (network === PRIVATE_NAT) return PRIVATE;
  if (!known) return { name: `Network “${network}”`, about: 'There is no such network any more.' };
  return { name: `${KINDS[known.kind].name} network “${network}”`, about: KINDS[known.kind].about };
}

/** What cards on a network have. */
export function settingsWords({ reach: { restrict, allow = [], deny = [] } = {}, mtu }: NetworkSettings): string {
  const words = [
    ...(restrict ? ['restricted'] : []),
    ...(allow.length === 0 ? [] : [`only ${allow.join(', ')}`]),
    ...(deny.length === 0 ? [] : [`not ${deny.join(', ')}`]),
    ...(mtu === undefined ? [] : [`packets of ${mtu} bytes`]),
  ];
  return words.length === 0 ? 'reach whatever the network leads to' : words.join('; ');
}

/** What a cable does to frames; empty for one that does nothing to them. */
export function cableWords({ rate, delay, loss }: Pick<LinkStatus, 'rate' | 'delay' | 'loss'>): string {
  const words = [
    ...(rate === undefined ? [] : [`at most ${formatRate(rate)}`]),
    ...(delay === 0 ? [] : [`${delay} ms on the way`]),
    ...(loss === 0 ? [] : [`${loss} % lost`]),
  ];
  return words.length === 0 ? '' : `${words.join(', ')}, each way`;
}
