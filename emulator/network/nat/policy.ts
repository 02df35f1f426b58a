/**
 * Where a guest may connect. It is asked about the address that would be dialled, whatever name or notation led there, so
 * names cannot get around it.
 */
import { bytesOf4, bytesOf6, numberOf4, textOf4 } from '../wire/address.ts';
import { type Destination, isAmong } from './destination.ts';
import { type AddressPlan, isGateway, isInside } from './plan.ts';

/**
 * Why an address is not dialled: the network leads nowhere, it is this computer's, or a link's or a group's; it is none of those that the
 * card allows, or one that it denies.
 */
export type Rule = 'isolated' | 'this computer' | 'reserved' | 'not allowed' | 'denied';
export type Verdict =
  | { readonly kind: 'allowed'; readonly address: string; readonly port: number }
  /** A host that is there, but not at that port. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'no host' }
  | { readonly kind: 'prohibited'; readonly rule: Rule };

/** What a card says of where its guest may connect; it may say something else later. */
export interface Reach {
  /** Ports of the host's loopback that the guest reaches at the gateway's address. */
  readonly hostPorts: ReadonlySet<number>;
  /** Nothing but those ports and what is allowed can be reached. */
  readonly isClosed?: boolean;
  /** Nothing else can be reached. */
  readonly allow?: readonly Destination[];
  /** Nor can this, allowed or not. */
  readonly deny?: readonly Destination[];
}
/** Nothing is behind the gateway, for this guest. */
export const leadsNowhere = ({ isClosed = false, allow }: Reach): boolean => isClosed && !allow;

export interface Policy {
  readonly plan: AddressPlan;
  readonly reach: Reach;
  /** Addresses of the host's own cards. */
  ownAddresses(): readonly string[];
}

/** Never dialled: this host, links and groups (RFC 6890). Networks with the bits of their prefix. */
const CLOSED4 = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  // Link-local; clouds tell their machines' secrets at 169.254.169.254.
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

const within = (address: number, [network, bits]: readonly [string, number]): boolean =>
  address >>> (32 - bits) === numberOf4(network) >>> (32 - bits);

/** Whether an IPv4 address is this host's, a link's or a group's. */
export const isClosed4 = (address: string): boolean => CLOSED4.some((range) => within(numberOf4(address), range));

/**
 * The IPv4 address that an IPv6 address carries (mapped, compatible, translated, 6to4 and NAT64), for a host may take what goes
 * there to it; undefined where it carries none.
 */
export function carried4(address: string): string | undefined {
  const bytes = bytesOf6(address);
  if (!bytes) return undefined;
  const isZeroBut = (to: number, ...others: readonly number[]) =>
    bytes.subarray(0, to).every((byte, at) => others.includes(at) || byte === 0);
  const [first, second, third, fourth] = bytes;
  const has = (at: number) => bytes[at] === 0xff && bytes[at + 1] === 0xff;
  if (isZeroBut(12) || (isZeroBut(12, 10, 11) && has(10)) || (isZeroBut(12, 8, 9) && has(8))) return textOf4(bytes, 12);
  if (first === 0x20 && second === 0x02) return textOf4(bytes, 2);
  // Both the prefix of all the world and those of networks of their own (RFC 6052, RFC 8215).
  const isNat64 = first === 0 && second === 0x64 && third === 0xff && fourth === 0x9b;
  return isNat64 ? textOf4(bytes, 12) : undefined;
}

/** The same of an IPv6 address, and of the IPv4 address that it carries. */
export function isClosed6(address: string): boolean {
  const bytes = bytesOf6(address);
  if (!bytes) return true;
  const [first = 0, second = 0] = bytes;
  if (first === 0xff || (first === 0xfe && second >= 0x80)) return true;
  if (bytes.subarray(0, 12).every((byte) => byte === 0)) return true;
  const carried = carried4(address);
  return carried !== undefined && isClosed4(carried);
}

/** What becomes of a guest's attempt to reach an address and port. */
export function judge(policy: Policy, address: string, port: number): Verdict {
  const { plan, reach, ownAddresses } = policy;
  const is4 = bytesOf4(address) !== undefined;
  const loopback = address === plan.host ? '127.0.0.1' : address === plan.six.host ? '::1' : undefined;
  if (loopback !== undefined) return reach.hostPorts.has(port) ? { kind: 'allowed', address: loopback, port } : { kind: 'closed' };
  if (isGateway(plan, address)) return { kind: 'closed' };
  if (isInside(plan, address)) return { kind: 'no host' };
  if (leadsNowhere(reach)) return { kind: 'prohibited', rule: 'isolated' };
  if (port === 0 || (is4 ? isClosed4(address) : isClosed6(address))) return { kind: 'prohibited', rule: 'reserved' };
  const carried = carried4(address);
  const own = ownAddresses();
  const isOwn = own.includes(address) || (carried !== undefined && (own.includes(carried) || isInside(plan, carried)));
  if (isOwn) return { kind: 'prohibited', rule: 'this computer' };
  const rule = ruleAgainst(reach, address, carried, port);
  return rule ? { kind: 'prohibited', rule } : { kind: 'allowed', address, port };
}

/** What the card says of an address; of one that carries another, both are denied, and only its own is allowed. */
function ruleAgainst({ allow, deny = [] }: Reach, address: string, carried: string | undefined, port: number): Rule | undefined {
  if ([address, carried].some((each) => each !== undefined && isAmong(deny, each, port))) return 'denied';
  return allow && !isAmong(allow, address, port) ? 'not allowed' : undefined;
}
