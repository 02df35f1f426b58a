/** Frames with an IP packet of either version in them. */
import { bytesOf4, bytesOf6 } from '../wire/address.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_IPV4, TYPE_IPV6 } from '../wire/ethernet.ts';
import { FRAGMENTED, fragmentHeader, IPV6_BYTES, writeIpv6 } from '../wire/ipv6.ts';
import { IPV4_BYTES, writeFragment, writeIpv4 } from '../wire/ipv4.ts';

export interface Addressed {
  readonly source: string;
  readonly destination: string;
}
/** Cards at the two ends of a frame's way. */
export interface Cards {
  readonly to: Uint8Array;
  readonly from: Uint8Array;
}

export const versionOf = ({ source }: Addressed): 4 | 6 => (source.includes(':') ? 6 : 4);
export const headerBytes = (version: 4 | 6): number => (version === 4 ? IPV4_BYTES : IPV6_BYTES);

/** Source and destination as bytes, one after the other. */
export function addressBytes({ source, destination }: Addressed): Uint8Array {
  const bytesOf = source.includes(':') ? bytesOf6 : bytesOf4;
  return Uint8Array.from([source, destination].flatMap((address) => [...(bytesOf(address) as Uint8Array)]));
}

/** A frame with room for so many bytes of payload. @returns it, and where the payload begins */
export function ipFrame({ to, from }: Cards, addressed: Addressed, protocol: number, length: number, hops?: number) {
  const version = versionOf(addressed);
  const at = ETHERNET_BYTES + headerBytes(version);
  const bytes = ethernetFrame(to, from, version === 4 ? TYPE_IPV4 : TYPE_IPV6, headerBytes(version) + length);
  if (version === 4) writeIpv4(bytes, addressed.source, addressed.destination, protocol, length);
  else writeIpv6(bytes, addressed.source, addressed.destination, protocol, length, hops);
  return { bytes, at };
}

/** A payload as packets that fit: one, or its pieces. @param mtu most bytes of a packet @param identification of the pieces */
export function ipFrames(
  cards: Cards,
  addressed: Addressed,
  protocol: number,
  payload: Uint8Array,
  { mtu, identification, hops }: { readonly mtu: number; readonly identification: number; readonly hops?: number | undefined },
): Uint8Array<ArrayBuffer>[] {
  const version = versionOf(addressed);
  const put = (part: Uint8Array, header: Uint8Array, carries: number) => {
    const { bytes, at } = ipFrame(cards, addressed, carries, header.length + part.length, hops);
    bytes.set(header, at);
    bytes.set(part, at + header.length);
    return bytes;
  };
  if (payload.length <= mtu - headerBytes(version)) return [put(payload, new Uint8Array(0), protocol)];
  const room = Math.floor((mtu - headerBytes(version) - (version === 4 ? 0 : 8)) / 8) * 8;
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < payload.length; at += room) {
    const part = payload.subarray(at, at + room);
    const more = at + room < payload.length;
    if (version === 6) frames.push(put(part, fragmentHeader(protocol, identification, at, more), FRAGMENTED));
    else {
      const frame = put(part, new Uint8Array(0), protocol);
      writeFragment(frame, identification, at, more);
      frames.push(frame);
    }
  }
  return frames;
}
