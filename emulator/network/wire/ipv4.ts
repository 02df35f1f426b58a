/** IPv4 headers (RFC 791). */
import { bytesOf4, textOf4 } from './address.ts';
import { checksumOf, folded, sumOf } from './checksum.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import type { Packet } from './packet.ts';

export const IPV4_BYTES = 20;
/** What an ICMP error quotes beside the header. */
const QUOTED_BYTES = 8;
const MORE_FRAGMENTS = 0x2000;
const DO_NOT_FRAGMENT = 0x40;
const OFFSET_MASK = 0x1fff;
const HOPS = 64;

/** A packet, or a piece of one. */
export interface Packet4 extends Packet {
  readonly version: 4;
  readonly identification: number;
  /** Absent: it is whole. `at` in bytes. */
  readonly fragment?: { readonly at: number; readonly more: boolean };
}

/** Reads the packet in an Ethernet frame; undefined where its header is not right or announces more than there is. Options are skipped. */
export function readIpv4(frame: Uint8Array<ArrayBuffer>): Packet4 | undefined {
  const bytes = frame.subarray(ETHERNET_BYTES);
  if (bytes.length < IPV4_BYTES || (bytes[0] as number) >> 4 !== 4) return undefined;
  const header = ((bytes[0] as number) & 15) * 4;
  const word = (at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  const total = word(2);
  if (header < IPV4_BYTES || total < header || total > bytes.length) return undefined;
  if (folded(sumOf(bytes, 0, header)) !== 0xffff) return undefined;
  const place = word(6);
  const at = (place & OFFSET_MASK) * 8;
  const more = (place & MORE_FRAGMENTS) !== 0;
  return {
    version: 4,
    source: textOf4(bytes, 12),
    destination: textOf4(bytes, 16),
    protocol: bytes[9] as number,
    hops: bytes[8] as number,
    identification: word(4),
    payload: bytes.subarray(header, total),
    addresses: bytes.subarray(12, 20),
    quoted: bytes.subarray(0, Math.min(total, header + QUOTED_BYTES)),
    ...(at > 0 || more ? { fragment: { at, more } } : {}),
  };
}

/** Writes the header of a packet with so many bytes of payload into a frame, behind its Ethernet header. */
export function writeIpv4(frame: Uint8Array, source: string, destination: string, protocol: number, length: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset + ETHERNET_BYTES, IPV4_BYTES);
  view.setUint8(0, 0x45);
  view.setUint16(2, IPV4_BYTES + length);
  view.setUint8(6, DO_NOT_FRAGMENT);
  view.setUint8(8, HOPS);
  view.setUint8(9, protocol);
  frame.set(bytesOf4(source) as Uint8Array, ETHERNET_BYTES + 12);
  frame.set(bytesOf4(destination) as Uint8Array, ETHERNET_BYTES + 16);
  view.setUint16(10, checksumOf(frame, ETHERNET_BYTES, ETHERNET_BYTES + IPV4_BYTES));
}

/** Makes the packet in a frame a piece of one. @param at of its data, in bytes, a multiple of 8 */
export function writeFragment(frame: Uint8Array, identification: number, at: number, more: boolean): void {
  const view = new DataView(frame.buffer, frame.byteOffset + ETHERNET_BYTES, IPV4_BYTES);
  view.setUint16(4, identification);
  view.setUint16(6, (more ? MORE_FRAGMENTS : 0) | (at / 8));
  view.setUint16(10, 0);
  view.setUint16(10, checksumOf(frame, ETHERNET_BYTES, ETHERNET_BYTES + IPV4_BYTES));
}
