/** What a network says of the cards on it, as options. */
import { OptionError } from '../../../preload/contract/definition/field.ts';
import { readMtu } from '../../../preload/contract/definition/network-fields.ts';
import { type ReachDefinition, readReachWord, writeReach } from '../../../preload/contract/definition/reach-fields.ts';
import type { NetworkSettings } from '../../../preload/contract/networks.ts';
import { CallError } from '../call-error.ts';

export const NETWORK_SETTINGS = {
  restrict: { type: 'boolean' },
  allow: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  mtu: { type: 'string' },
} as const;

export const NETWORK_SETTINGS_HELP = `  --restrict         guests reach the ports that a card lists and what is allowed, nothing else
  --allow PLACE      guests reach nothing else; may be repeated. PLACE is an address, a network (10.0.0.0/8), lan or *,
                     with a port (203.0.113.7:443, [2001:db8::7]:443, *:80-90) or without
  --deny PLACE       guests do not reach it, allowed or not; may be repeated
  --mtu BYTES        of the largest packet, 1280 to 65535 (default 1500)`;

interface Values {
  readonly restrict?: boolean | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly mtu?: string | undefined;
}

/** @throws CallError for a value that is none */
export function readNetworkSettings({ restrict, allow = [], deny = [], mtu }: Values): NetworkSettings {
  const words = [...(restrict ? ['restrict'] : []), ...allow.map((each) => `allow=${each}`), ...deny.map((each) => `deny=${each}`)];
  try {
    const reach = words.reduce((before: ReachDefinition, word) => readReachWord(word, before) ?? before, {});
    return { ...(words.length > 0 ? { reach } : {}), ...(mtu === undefined ? {} : { mtu: readMtu(mtu) }) };
  } catch (error) {
    if (error instanceof OptionError) throw new CallError(`the network ${error.message}`);
    throw error;
  }
}

/** Settings in the words of a card's option. */
export const settingsText = ({ reach, mtu }: NetworkSettings): string =>
  [...writeReach(reach), ...(mtu === undefined ? [] : [`mtu=${mtu}`])].join(',');
