/**
 * Where a guest may connect. It is asked about the address that would be dialled, whatever name or notation led there, so
 * names cannot get around it.
 */
import { bytesOf4, bytesOf6, numberOf4, textOf4 } from '../wire/address.ts';
import { type AddressPlan, isInside } from './plan.ts';

/** Why an address is never dialled: the network leads nowhere, it is this computer's, or a link's or a group's. */
export type Rule = 'isolated' | 'this computer' | 'reserved';
export type Verdict =
  | { readonly kind: 'allowed'; readonly address: string; readonly port: number }
  /** A host that is there, but not at that port. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'no host' }
  | { readonly kind: 'prohibited'; readonly rule: Rule };

export interface Policy {
  readonly plan: AddressPlan;
  /** Ports of the host's loopback that the guest reaches at the gateway's address. */
  readonly hostPorts: ReadonlySet<number>;
  /** Nothing but those ports can be reached. */
  readonly isClosed?: boolean;
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
 * The same of an IPv6 address. Those that carry an IPv4 address (mapped, compatible, 6to4 and NAT64) are judged by it too,
 * for a host may take them there.
 */
export function isClosed6(address: string): boolean {
  const bytes = bytesOf6(address);
  if (!bytes) return true;
  const zeros = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === 0);
  if (zeros(0, 10) && (zeros(10, 12) || (bytes[10] === 0xff && bytes[11] === 0xff))) return zeros(0, 12) || isClosed4(textOf4(bytes, 12));
  const [first = 0, second = 0] = bytes;
  if (first === 0xff || (first === 0xfe && second >= 0x80)) return true;
  if (first === 0x20 && second === 0x02) return isClosed4(textOf4(bytes, 2));
  const isNat64 = first === 0 && second === 0x64 && bytes[2] === 0xff && bytes[3] === 0x9b && zeros(4, 12);
  return isNat64 && isClosed4(textOf4(bytes, 12));
}

/** What becomes of a guest's attempt to reach an address and port. */
export function judge({ plan, hostPorts, isClosed = false, ownAddresses }: Policy, address: string, port: number): Verdict {
  const is4 = bytesOf4(address) !== undefined;
  if (address === plan.host) return hostPorts.has(port) ? { kind: 'allowed', address: '127.0.0.1', port } : { kind: 'closed' };
  if (address === plan.dns) return { kind: 'closed' };
  if (is4 && isInside(plan, address)) return { kind: 'no host' };
  if (isClosed) return { kind: 'prohibited', rule: 'isolated' };
  if (port === 0 || (is4 ? isClosed4(address) : isClosed6(address))) return { kind: 'prohibited', rule: 'reserved' };
  return ownAddresses().includes(address) ? { kind: 'prohibited', rule: 'this computer' } : { kind: 'allowed', address, port };
}
