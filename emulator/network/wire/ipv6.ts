/** IPv6 headers (RFC 8200), with the extension headers that come before what a packet carries. */
import { bytesOf6, textOf6 } from './address.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import type { Packet } from './packet.ts';

export const IPV6_BYTES = 40;
const FRAGMENT_BYTES = 8;
/** Most bytes of a packet that an ICMPv6 error quotes: it is itself to fit the smallest link (RFC 4443, section 2.4c). */
const QUOTED_BYTES = 1280 - IPV6_BYTES - 8;
const HOPS = 64;

/** Extension headers (RFC 8200, section 4). */
const HEADER = { hopByHop: 0, routing: 43, fragment: 44, destination: 60 } as const;
/** More in one packet mean nothing good. */
const HEADERS_MAX = 8;

/** A packet, or a piece of one. */
export interface Packet6 extends Packet {
  readonly version: 6;
  readonly identification: number;
  /** Absent: it is whole. `at` in bytes. */
  readonly fragment?: { readonly at: number; readonly more: boolean };
}

interface Upper {
  readonly protocol: number;
  readonly at: number;
  readonly identification: number;
  readonly fragment?: { readonly at: number; readonly more: boolean };
}

/** Passes over the extension headers of a packet that ends at `total`; undefined where they lead beyond it, or ask for a detour. */
function upperOf(bytes: Uint8Array, total: number): Upper | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, total);
  let protocol = view.getUint8(6);
  let at = IPV6_BYTES;
  let found: Pick<Upper, 'fragment' | 'identification'> = { identification: 0 };
  for (let count = 0; count < HEADERS_MAX; count++) {
    const isFragment = protocol === HEADER.fragment;
    const isSkipped = protocol === HEADER.hopByHop || protocol === HEADER.destination || protocol === HEADER.routing;
    if (!isFragment && !isSkipped) return { protocol, at, ...found };
    if (at + FRAGMENT_BYTES > total) return undefined;
    // A route that is not used up would lead to somebody who was not judged (RFC 5095).
    if (protocol === HEADER.routing && view.getUint8(at + 3) !== 0) return undefined;
    protocol = view.getUint8(at);
    if (isFragment) {
      const place = view.getUint16(at + 2);
      const fragment = { at: place & 0xfff8, more: (place & 1) !== 0 };
      found = { identification: view.getUint32(at + 4), ...(fragment.at > 0 || fragment.more ? { fragment } : {}) };
      at += FRAGMENT_BYTES;
      // What follows the first header of a later piece is data, whatever it looks like.
      if (found.fragment) return { protocol, at, ...found };
    } else at += 8 * (view.getUint8(at + 1) + 1);
  }
  return undefined;
}

/** Reads the packet in an Ethernet frame; undefined where its headers are not right or announce more than there is. */
export function readIpv6(frame: Uint8Array<ArrayBuffer>): Packet6 | undefined {
  const bytes = frame.subarray(ETHERNET_BYTES);
  if (bytes.length < IPV6_BYTES || (bytes[0] as number) >> 4 !== 6) return undefined;
  const total = IPV6_BYTES + (((bytes[4] as number) << 8) | (bytes[5] as number));
  const upper = total > bytes.length ? undefined : upperOf(bytes, total);
  if (!upper || upper.at > total) return undefined;
  const { protocol, at, identification, fragment } = upper;
  return {
    version: 6,
    source: textOf6(bytes, 8),
    destination: textOf6(bytes, 24),
    protocol,
    hops: bytes[7] as number,
    identification,
    payload: bytes.subarray(at, total),
    addresses: bytes.subarray(8, 40),
    quoted: bytes.subarray(0, Math.min(total, QUOTED_BYTES)),
    ...(fragment ? { fragment } : {}),
  };
}

/** Writes the header of a packet with so many bytes behind it into a frame, behind its Ethernet header. */
export function writeIpv6(frame: Uint8Array, source: string, destination: string, protocol: number, length: number, hops = HOPS): void {
  const view = new DataView(frame.buffer, frame.byteOffset + ETHERNET_BYTES, IPV6_BYTES);
  view.setUint32(0, 0x6000_0000);
  view.setUint16(4, length);
  view.setUint8(6, protocol);
  view.setUint8(7, hops);
  frame.set(bytesOf6(source) as Uint8Array, ETHERNET_BYTES + 8);
  frame.set(bytesOf6(destination) as Uint8Array, ETHERNET_BYTES + 24);
}

/** A fragment header, which comes first of what is behind the packet's header. @param at of the data, in bytes, a multiple of 8 */
export function fragmentHeader(protocol: number, identification: number, at: number, more: boolean): Uint8Array {
  const bytes = new Uint8Array(FRAGMENT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, protocol);
  view.setUint16(2, at | (more ? 1 : 0));
  view.setUint32(4, identification);
  return bytes;
}
/** The next header that says so. */
export const FRAGMENTED = HEADER.fragment;
