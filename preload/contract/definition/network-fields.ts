/** Network cards, and the host's ports that lead into the guest. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { list, optional, oneOf, record, textThat, whole, type Frozen } from '../schema/shapes.ts';
import { cable, type CableDefinition, plainCable, readCableWord, writeCable } from './cable-fields.ts';
import { field, OptionError } from './field.ts';
import { type LooseReach, reach, type ReachDefinition, readReachWord, writeReach } from './reach-fields.ts';

/** Ports of the host's that one card may reach, and forwards of one machine. */
export const HOST_PORTS_MAX = 64;
export const FORWARDS_MAX = 64;
/** A network of the machine's own behind the host's address. */
export const PRIVATE_NAT = 'nat';

/** Six bytes, of which the first is even: an address of one card, not of many. */
const CARD = /^[\da-f][02468ace](:[\da-f]{2}){5}$/i;
const port = whole(1, 65_535);
/** Bytes of an IP packet: what IPv6 needs at least, and what Linux takes at most. */
export const MTU_MIN = 1280;
export const MTU_MAX = 65_535;
export const mtuShape = whole(MTU_MIN, MTU_MAX);
const NETWORK = /^[a-z\d][a-z\d.-]{0,31}$/i;
/** A network that a person makes. */
export const newNetworkName = textThat(
  (value) => NETWORK.test(value) && value !== PRIVATE_NAT && value !== 'none',
  'must be a name of up to 32 letters, digits, "." and "-", other than nat and none',
);
const networkName = textThat((value) => NETWORK.test(value) && value !== 'none', 'must be nat or the name of a network');
export const cardAddress = textThat((value) => CARD.test(value), 'must be six bytes as in 52:54:00:12:34:56, the first of them even');
const hostAddress = textThat(
  (value) => /^\d{1,3}(\.\d{1,3}){3}$/.test(value) || /^[\da-f:]*:[\da-f:.]*$/i.test(value),
  'must be an address of this computer, as 127.0.0.1 or ::1',
);

/** One virtio network card. */
export const networkCard = record({
  /** `nat`: a private network behind the host's address; else one that machines share, by name. */
  network: networkName,
  /** Its own address; absent: one by its number. A card on a shared network is given one. */
  mac: optional(cardAddress),
  /** Ports of the host's loopback that the guest reaches at the gateway's address. */
  hostPorts: optional(list(port, HOST_PORTS_MAX)),
  /** Absent: in, and as good as it can be. */
  cable: optional(cable),
  /** Where its guest may connect; absent: wherever this computer does, but not to itself. */
  reach: optional(reach),
  /** Largest IP packet, in bytes; absent: 1500. */
  mtu: optional(mtuShape),
});
/** A port of the host's that leads to one of the guest's. */
export const forwardSetting = record({
  /** Where the host listens; absent: 127.0.0.1. */
  address: optional(hostAddress),
  hostPort: port,
  guestPort: port,
  /** Absent: tcp. */
  protocol: optional(oneOf(['tcp', 'udp'])),
});
export type NetworkCardDefinition = Frozen<{
  network: string;
  mac?: string | undefined;
  hostPorts?: number[] | undefined;
  cable?: CableDefinition | undefined;
  reach?: LooseReach | undefined;
  mtu?: number | undefined;
}>;
export type ForwardDefinition = Frozen<{
  address?: string | undefined;
  hostPort: number;
  guestPort: number;
  protocol?: 'tcp' | 'udp' | undefined;
}>;

const refuse = (text: string, wanted: string): never => {
  throw new OptionError(`takes ${wanted}, not "${text}"`);
};
const CARD_WORDS =
  'nat, none or the name of a network, then mac=ADDRESS, host-port=PORT, restrict, allow=PLACE, deny=PLACE, mtu=BYTES, rate=BITS, delay=MS, loss=PERCENT and unplugged, separated by commas';
const FORWARD_WORDS = '[ADDRESS:]HOSTPORT:GUESTPORT[/udp]';

function readPort(digits: string | undefined, text: string, wanted: string): number {
  const number = Number(digits);
  if (digits === undefined || !/^\d+$/.test(digits) || number < 1 || number > 65_535) refuse(text, wanted);
  return number;
}

/** Reads `nat,mac=52:54:00:12:34:56,host-port=8000`. @throws OptionError */
export function readCard(text: string): NetworkCardDefinition {
  const [network = '', ...words] = text.split(',');
  const hostPorts: number[] = [];
  let mac: string | undefined;
  let mtu: number | undefined;
  let cableWords: CableDefinition = {};
  let reachWords: ReachDefinition = {};
  if (!NETWORK.test(network) || network === 'none') refuse(text, CARD_WORDS);
  for (const word of words) {
    const ofCable = readCableWord(word);
    if (ofCable) cableWords = { ...cableWords, ...ofCable };
    const ofReach = readReachWord(word, reachWords);
    if (ofReach) reachWords = ofReach;
    if (ofCable || ofReach) continue;
    const [, key, value] = /^(mac|host-port|mtu)=(.+)$/.exec(word) ?? [];
    if (key === 'mac' && mac === undefined && CARD.test(value ?? '')) mac = value?.toLowerCase();
    else if (key === 'host-port') hostPorts.push(readPort(value, text, CARD_WORDS));
    else if (key === 'mtu' && mtu === undefined) mtu = readMtu(value ?? '');
    else refuse(text, CARD_WORDS);
  }
  const plain = plainCable(cableWords);
  return {
    network,
    ...(mac === undefined ? {} : { mac }),
    ...(hostPorts.length > 0 ? { hostPorts } : {}),
    ...(plain ? { cable: plain } : {}),
    ...(Object.keys(reachWords).length > 0 ? { reach: reachWords } : {}),
    ...(mtu === undefined ? {} : { mtu }),
  };
}
/** @throws OptionError */
export function readMtu(text: string): number {
  const mtu = Number(text);
  if (!/^\d+$/.test(text) || mtu < MTU_MIN || mtu > MTU_MAX)
    throw new OptionError(`takes as MTU a number of bytes from ${MTU_MIN} to ${MTU_MAX}, not "${text}"`);
  return mtu;
}
export const writeCard = ({ network, mac, hostPorts = [], cable: laid, reach: reached, mtu }: NetworkCardDefinition): string =>
  [
    network,
    ...(mac === undefined ? [] : [`mac=${mac}`]),
    ...hostPorts.map((each) => `host-port=${each}`),
    ...writeReach(reached),
    ...(mtu === undefined ? [] : [`mtu=${mtu}`]),
    ...writeCable(laid),
  ].join(',');

type Cards = readonly NetworkCardDefinition[];
/** Cards as the machine has them: what their cables are like and where they lead is their owner's to say, and holds at once. */
const asHardware = ({ cable: _laid, reach: _reach, hostPorts: _ports, ...card }: NetworkCardDefinition): NetworkCardDefinition => card;
const allAsHardware = (cards: Cards = []): Cards => cards.map(asHardware);
const withOwners = (cards: Cards = [], present: Cards = []): Cards =>
  allAsHardware(cards).map((card, index) => {
    const now = present[index];
    if (now?.network !== card.network) return card;
    const { cable: laid, reach: reached, hostPorts } = now;
    return { ...card, ...(laid ? { cable: laid } : {}), ...(reached ? { reach: reached } : {}), ...(hostPorts ? { hostPorts } : {}) };
  });

/** Reads `8080:80`, `0.0.0.0:2222:22` or `[::1]:5353:53/udp`. @throws OptionError */
export function readForward(text: string): ForwardDefinition {
  const [, bracketed, plain, host, guest, protocol] = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d+):(\d+)(\/udp|\/tcp)?$/.exec(text) ?? [];
  if (host === undefined) refuse(text, FORWARD_WORDS);
  const address = bracketed ?? plain;
  return {
    ...(address === undefined ? {} : { address }),
    hostPort: readPort(host, text, FORWARD_WORDS),
    guestPort: readPort(guest, text, FORWARD_WORDS),
    ...(protocol === '/udp' ? { protocol: 'udp' as const } : {}),
  };
}
export function writeForward({ address, hostPort, guestPort, protocol }: ForwardDefinition): string {
  const host = address === undefined ? '' : `${address.includes(':') ? `[${address}]` : address}:`;
  return `${host}${hostPort}:${guestPort}${protocol === 'udp' ? '/udp' : ''}`;
}

/** All that was given, or `none` alone for nothing. */
const readAll =
  <T>(read: (text: string) => T) =>
  (texts: readonly string[]): readonly T[] =>
    texts.length === 1 && texts[0] === 'none' ? [] : texts.map(read);
const writeAll =
  <T>(write: (item: T) => string) =>
  (all: unknown): readonly string[] => {
    const items = (all ?? []) as readonly T[];
    return items.length === 0 ? ['none'] : items.map(write);
  };

export const networks = field({
  label: 'Network cards',
  section: 'network',
  inTemplates: 'optional',
  absent: () => [],
  editor: { kind: 'lines' },
  hint: ({ networksMax }) =>
    `One card a line, at most ${networksMax}: nat is a private network behind this computer’s address; any other name is a network that machines share. More after commas: mac=52:54:00:12:34:56, host-port=8000 (the guest reaches that port of this computer at 10.0.2.2), deny=lan, and the cable’s rate=1M, delay=40, loss=1 or unplugged; but for mac= and mtu=, these take effect immediately.`,
  schema: ({ networksMax }: BoardDescription) => optional(list(networkCard, networksMax)),
  owners: { without: allAsHardware, of: withOwners },
  knownBy: (card: NetworkCardDefinition) => card.mac ?? writeCard(asHardware(card)),
  words: (all: readonly NetworkCardDefinition[]) => all.map(writeCard).join('; '),
  options: [
    {
      name: 'net',
      value: 'nat|none|NETWORK[,OPTION]...',
      help: [
        'a network card; may be repeated, replaces the existing ones:',
        'nat               a private network behind this computer’s address',
        'NETWORK           one that machines share (viv network)',
        'mac=ADDRESS       the card’s own address',
        'host-port=PORT    the guest reaches this port of your computer at 10.0.2.2;',
        '                  may be repeated; all others are closed to it',
        'restrict          the guest reaches those ports and what is allowed, nothing else',
        'allow=PLACE       the guest reaches nothing else; may be repeated. PLACE is',
        '                  an address, a network (10.0.0.0/8), lan or *, with a port',
        '                  (203.0.113.7:443, [2001:db8::7]:443, *:80-90) or without',
        'deny=PLACE        the guest does not reach it, allowed or not; may be repeated',
        'mtu=BYTES         of the largest packet, 1280 to 65535 (default 1500)',
        'rate=BITS         the cable carries no more a second, each way: 56k, 10M, 1G',
        'delay=MS          milliseconds on the way; loss=PERCENT of frames are lost',
        'unplugged         the cable is out',
        'What is changed of a card while the machine runs holds at once; its address and',
        'MTU, which drivers read when they start, and its network from the next start on.',
      ],
      multiple: true,
      read: readAll(readCard),
      write: writeAll(writeCard),
    },
  ],
});

export const forwards = field({
  label: 'Forwarded ports',
  section: 'network',
  isOwners: true,
  absent: () => [],
  editor: { kind: 'lines' },
  hint: () =>
    'One a line: port of this computer, colon, port of the guest, as 2222:22 or 0.0.0.0:5353:53/udp. Changes take effect immediately.',
  schema: () => optional(list(forwardSetting, FORWARDS_MAX)),
  knownBy: (forward: ForwardDefinition) => writeForward(forward),
  words: (all: readonly ForwardDefinition[]) => all.map(writeForward).join('; '),
  options: [
    {
      name: 'forward',
      value: '[ADDRESS:]HOSTPORT:GUESTPORT[/udp]',
      help: [
        'a port of this computer that leads to one of the guest’s;',
        'may be repeated, replaces the existing ones;',
        'at 127.0.0.1 without ADDRESS',
      ],
      multiple: true,
      read: readAll(readForward),
      write: writeAll(writeForward),
    },
  ],
});
