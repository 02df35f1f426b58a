/** Networks and cables in words. */
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { LinkStatus } from '../../../preload/contract/links.ts';
import type { NetworkKind, NetworkSettings, NetworkStatus } from '../../../preload/contract/networks.ts';
import { formatRate } from '../../words/quantities.ts';
import { t } from '../../words/words.ts';

/** What each kind of network is, in a word and in a sentence. */
export const KINDS: Readonly<Record<NetworkKind, { readonly name: () => string; readonly about: () => string }>> = {
  nat: {
    name: () => t('network.natName'),
    about: () => t('network.natAbout'),
  },
  'host-only': {
    name: () => t('network.hostOnlyName'),
    about: () => t('network.hostOnlyAbout'),
  },
  isolated: {
    name: () => t('network.isolatedName'),
    about: () => t('network.isolatedAbout'),
  },
};
export const PRIVATE = {
  name: () => t('network.privateName'),
  about: () => t('network.privateAbout'),
} as const;

/** What a card is plugged into, as a heading and a sentence. */
export function attachment(network: string, known: NetworkStatus | undefined): { readonly name: string; readonly about: string } {
  if (network === PRIVATE_NAT) return { name: PRIVATE.name(), about: PRIVATE.about() };
  if (!known) return { name: t('network.networkNamed', { network }), about: t('network.networkGone') };
  return { name: t('network.kindNamed', { kind: KINDS[known.kind].name(), network }), about: KINDS[known.kind].about() };
}

/** What cards on a network have. */
export function settingsWords({ reach: { restrict, allow = [], deny = [] } = {}, mtu }: NetworkSettings): string {
  const words = [
    ...(restrict ? [t('network.restricted')] : []),
    ...(allow.length === 0 ? [] : [t('network.onlyPlaces', { places: allow.join(', ') })]),
    ...(deny.length === 0 ? [] : [t('network.notPlaces', { places: deny.join(', ') })]),
    ...(mtu === undefined ? [] : [t('network.packets', { mtu: String(mtu) })]),
  ];
  return words.length === 0 ? t('network.reachAll') : words.join('; ');
}

/** What a cable does to frames; empty for one that does nothing to them. */
export function cableWords({ rate, delay, loss }: Pick<LinkStatus, 'rate' | 'delay' | 'loss'>): string {
  const words = [
    ...(rate === undefined ? [] : [t('network.atMost', { rate: formatRate(rate) })]),
    ...(delay === 0 ? [] : [t('network.delayed', { delay })]),
    ...(loss === 0 ? [] : [t('network.lossy', { loss })]),
  ];
  return words.length === 0 ? '' : t('network.eachWay', { words: words.join(', ') });
}
