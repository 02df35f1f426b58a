/** The Internet checksum (RFC 1071): the sum of big-endian 16-bit words, with the carries added at the end. */

/** A sum over bytes that are not an even number counts a zero behind them. @param sum what was summed before */
export function sumOf(bytes: Uint8Array, from: number, to: number, sum = 0): number {
  let total = sum;
  let at = from;
  // Carries are far from 2^53 for any packet.
  for (const end = to - 1; at < end; at += 2) total += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return at < to ? total + ((bytes[at] as number) << 8) : total;
}

/** A sum with its carries folded in: 16 bits. */
export function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest % 0x1_0000) + Math.floor(rest / 0x1_0000);
  return rest;
}

/** The checksum of bytes. */
export const checksumOf = (bytes: Uint8Array, from: number, to: number, sum = 0): number => ~folded(sumOf(bytes, from, to, sum)) & 0xffff;

/** Sum of the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1). @param addresses source and destination, one after the other */
export const pseudoHeader = (addresses: Uint8Array, protocol: number, length: number): number =>
  sumOf(addresses, 0, addresses.length, protocol + (length >>> 16) + (length & 0xffff));
