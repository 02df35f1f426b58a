/** Networks, connections and what became of them, in words. */
import type { FlowReport, QuestionReport, UnreachedReport } from '../../../preload/contract/card-activity.ts';
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { LinkStatus } from '../../../preload/contract/links.ts';
import type { NetworkKind, NetworkStatus } from '../../../preload/contract/networks.ts';
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

/** What a cable does to frames; empty for one that does nothing to them. */
export function cableWords({ rate, delay, loss }: Pick<LinkStatus, 'rate' | 'delay' | 'loss'>): string {
  const words = [
    ...(rate === undefined ? [] : [`at most ${formatRate(rate)}`]),
    ...(delay === 0 ? [] : [`${delay} ms on the way`]),
    ...(loss === 0 ? [] : [`${loss} % lost`]),
  ];
  return words.length === 0 ? '' : `${words.join(', ')}, each way`;
}

export const FLOW_STATES: Readonly<Record<FlowReport['state'], string>> = {
  connecting: 'Connecting',
  open: 'Open',
  closed: 'Closed',
  broken: 'Broken off',
};
/** Datagrams have no state of their own: only whether both sides have spoken. */
export const flowState = ({ protocol, state }: FlowReport): string =>
  protocol === 'tcp' ? FLOW_STATES[state] : state === 'open' ? 'Both ways' : 'No answer yet';

export const placeText = (address: string, port: number): string => {
  const shown = address.includes(':') ? `[${address}]` : address;
  return port === 0 ? shown : `${shown}:${port}`;
};

const OUTCOMES: Readonly<Record<QuestionReport['outcome'], string>> = {
  answered: 'answered',
  empty: 'the name is there, without this kind of record',
  missing: 'there is no such name',
  failed: 'this computer’s name servers gave no answer',
  closed: 'not answered: the network leads nowhere',
  busy: 'not answered: too many questions at once',
  unsupported: 'not a question that can be answered',
};
export const outcomeWords = ({ outcome, addresses }: QuestionReport): string =>
  addresses.length > 0 ? addresses.join(', ') : OUTCOMES[outcome];
export const isFailure = ({ outcome }: QuestionReport): boolean => outcome !== 'answered' && outcome !== 'empty';

/** Why something could not be reached, and what can be done about it. */
export function unreachedWords({ why, port, protocol }: UnreachedReport): string {
  switch (why) {
    case 'host port closed':
      return protocol === 'tcp' || protocol === 'udp'
        ? `This computer’s ports are closed to the guest. To open this one, add host-port=${port} to the card in Hardware, Network.`
        : 'This computer’s ports are closed to the guest.';
    case 'nobody there':
      return 'No machine on this network has that address.';
    case 'isolated':
      return 'This network leads nowhere else.';
    case 'not allowed':
      return 'None of the places that this card allows. They are in Hardware, Network: allow=PLACE.';
    case 'denied':
      return 'This card denies it. What it denies is in Hardware, Network: deny=PLACE.';
    case 'this computer':
      return 'An address of this computer itself. Its services are closed to guests; open single ports with host-port=PORT and use the gateway’s address.';
    case 'reserved':
      return 'Loopback, link-local, multicast and broadcast addresses are never reached from a guest.';
    case 'refused':
      return 'Refused: nobody listens at that port.';
    case 'no host':
      return 'No answer: the host is down, or does not exist.';
    case 'no network':
      return 'This computer has no route there.';
    case 'prohibited':
      return 'This computer’s firewall does not allow it.';
    case 'ping':
      return 'Ping reaches the gateway only. Try a TCP connection instead.';
    case 'too many':
      return 'Too many connections at once, or begun in one second.';
  }
}

/** How long ago, with how often: `12 s ago, 3 times`. */
export function lastTime({ ago, count }: { readonly ago: number; readonly count: number }): string {
  const seconds = Math.round(ago / 1000);
  const when =
    seconds < 2
      ? 'just now'
      : seconds < 120
        ? `${seconds} s ago`
        : seconds < 7200
          ? `${Math.round(seconds / 60)} min ago`
          : `${Math.round(seconds / 3600)} h ago`;
  return count > 1 ? `${when}, ${count} times` : when;
}
