/** Where a card's guest may connect: nowhere but to the gateway, only to what is listed, or anywhere but to what is. */
import { flag, list, optional, record, textThat } from '../schema/shapes.ts';
import { OptionError } from './field.ts';

/** Each is as a person writes it: `10.0.0.0/8`, `203.0.113.7:443`, `[2001:db8::/32]:80-90`, `*:25`, `lan`. */
export interface ReachDefinition {
  /** Only the gateway's services, listed ports of the host's, and what `allow` lists; no names from outside. */
  readonly restrict?: boolean;
  /** Nothing else can be reached. */
  readonly allow?: readonly string[];
  /** Whatever is allowed, this cannot be reached. */
  readonly deny?: readonly string[];
}
/** The same where a value may be said to be absent. */
export type LooseReach = { readonly [K in keyof ReachDefinition]?: ReachDefinition[K] | undefined };

/** Addresses that begin with the same bits, and ports from one to another; what is absent is any. */
export interface Destination {
  readonly network?: { readonly address: string; readonly bits: number };
  readonly ports?: { readonly first: number; readonly last: number };
}

export const DESTINATIONS_MAX = 64;
/** Addresses of homes and offices (RFC 1918, RFC 6598, RFC 4193). */
const LAN = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const PORT_MAX = 65_535;

const isFour = (text: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
function isSix(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const fits = halves.length === 2 ? groups.length < 8 : halves.length === 1 && groups.length === 8;
  return fits && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
}

function readNetwork(text: string): NonNullable<Destination['network']> | undefined {
  const [, address = '', digits] = /^([\d.]+|[\da-f:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const most = isFour(address) ? 32 : isSix(address) ? 128 : 0;
  const bits = digits === undefined ? most : Number(digits);
  if (most === 0 || bits > most) return undefined;
  // As numbers, not as octal ones.
  const plain = most === 32 ? address.split('.').map(Number).join('.') : address.toLowerCase();
  return { address: plain, bits };
}
function readPorts(text: string | undefined): Pick<Destination, 'ports'> | undefined {
  if (text === undefined) return {};
  const [first = NaN, last = first] = text.split('-').map(Number);
  return first >= 1 && last >= first && last <= PORT_MAX ? { ports: { first, last } } : undefined;
}

/** What a text means; undefined where it means nothing. */
export function readDestinations(text: string): readonly Destination[] | undefined {
  const [, bracketed, plain, portText] =
    /^(?:\[([^\]]+)\]|(\*|lan|[\d.]+(?:\/\d+)?|[\da-f:]*:[\da-f:]*(?:\/\d+)?))(?::(\d+(?:-\d+)?))?$/i.exec(text) ?? [text];
  // Without brackets colons belong to the address.
  const isBareSix = bracketed === undefined && readNetwork(text) !== undefined;
  const place = isBareSix ? text : (bracketed ?? plain);
  const ports = readPorts(isBareSix ? undefined : portText);
  if (place === undefined || !ports) return undefined;
  if (place === '*') return [ports];
  const networks = (place.toLowerCase() === 'lan' ? LAN : [place]).map(readNetwork);
  return networks.every((network) => network !== undefined) ? networks.map((network) => ({ network, ...ports })) : undefined;
}

export const destination = textThat(
  (value) => readDestinations(value) !== undefined,
  'must be an address, a network as 10.0.0.0/8, lan or *, each perhaps with a port as 203.0.113.7:443 or [2001:db8::7]:443',
);
export const reach = record({
  restrict: optional(flag),
  allow: optional(list(destination, DESTINATIONS_MAX)),
  deny: optional(list(destination, DESTINATIONS_MAX)),
});

/**
 * Reads one word of a card's option that is about its reach: `restrict`, `allow=203.0.113.0/24:443`, `deny=lan`.
 * @param before what the words before it said @returns both together; undefined where it is about something else
 * @throws OptionError where its value is none
 */
export function readReachWord(word: string, before: ReachDefinition): ReachDefinition | undefined {
  if (word === 'restrict') return { ...before, restrict: true };
  const [, key, value = ''] = /^(allow|deny)=(.*)$/.exec(word) ?? [];
  if (key !== 'allow' && key !== 'deny') return undefined;
  if (!readDestinations(value))
    throw new OptionError(`takes after ${key}= an address, a network as 10.0.0.0/8, lan or *, perhaps with :PORT, not "${value}"`);
  return { ...before, [key]: [...(before[key] ?? []), value] };
}

export const writeReach = ({ restrict, allow = [], deny = [] }: LooseReach = {}): readonly string[] => [
  ...(restrict ? ['restrict'] : []),
  ...allow.map((each) => `allow=${each}`),
  ...deny.map((each) => `deny=${each}`),
];
