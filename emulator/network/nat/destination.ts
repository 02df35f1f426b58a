/** Addresses and ports that a rule is about. */
import { bytesOf4, bytesOf6 } from '../wire/address.ts';

/** Addresses that begin with the same bits, and ports from one to another; what is absent is any. */
export interface Destination {
  readonly network?: { readonly address: string; readonly bits: number };
  readonly ports?: { readonly first: number; readonly last: number };
}

/** Whether one of them has the address and the port. */
export const isAmong = (all: readonly Destination[], address: string, port: number): boolean =>
  all.some(
    ({ network, ports }) =>
      (!network || isWithin(address, network.address, network.bits)) && (!ports || (port >= ports.first && port <= ports.last)),
  );

function isWithin(address: string, network: string, bits: number): boolean {
  const bytesOf = network.includes(':') ? bytesOf6 : bytesOf4;
  const [given, wanted] = [bytesOf(address), bytesOf(network)];
  if (!given || !wanted) return false;
  const whole = bits >> 3;
  if (given.subarray(0, whole).some((byte, at) => byte !== wanted[at])) return false;
  return (((given[whole] ?? 0) ^ (wanted[whole] ?? 0)) & (0xff00 >> (bits & 7)) & 0xff) === 0;
}
