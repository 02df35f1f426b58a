/**
 * What a sender left to whoever puts its frame on a wire (virtio 1.3, section 5.1.6.2): the checksum, and the cutting of a long
 * TCP segment. Frames are a guest's: no number in them is believed.
 */
import type { Frame } from '../../device/kit/network.ts';
import { checksumOf, folded, pseudoHeader, sumOf } from './checksum.ts';
import { ETHERNET_BYTES, TYPE_IPV4, TYPE_IPV6, typeOf } from './ethernet.ts';
import { PROTOCOL } from './packet.ts';
import { FIN, PSH, TCP_BYTES } from './tcp.ts';

const IPV6_BYTES = 40;
/** Of a TCP header: the numbers, length of the header, flags, checksum. */
const AT = { sequence: 4, length: 12, flags: 13, checksum: 16 } as const;
/** "Congestion window reduced" is said once (RFC 3168, section 6.1.2). */
const CWR = 0x80;

/** The frame's bytes with its checksum; it stays as long as it is. A copy where something was missing. */
export function withChecksum({ bytes, unfinished }: Frame): Uint8Array<ArrayBuffer> {
  const { start, offset } = unfinished?.checksum ?? {};
  if (start === undefined || offset === undefined || start + offset + 2 > bytes.length) return bytes;
  const whole = bytes.slice();
  const sum = ~folded(sumOf(whole, start, whole.length)) & 0xffff;
  // A datagram's sum of zero would mean that there is none (RFC 768).
  const written = sum === 0 ? 0xffff : sum;
  whole[start + offset] = written >> 8;
  whole[start + offset + 1] = written & 0xff;
  return whole;
}

/** Where the parts of a TCP frame are. */
interface Layout {
  readonly version: 4 | 6;
  readonly tcp: number;
  readonly data: number;
}
function layoutOf(frame: Uint8Array): Layout | undefined {
  const type = typeOf(frame);
  const [version, protocolAt] = type === TYPE_IPV4 ? ([4, ETHERNET_BYTES + 9] as const) : ([6, ETHERNET_BYTES + 6] as const);
  if ((version === 6 && type !== TYPE_IPV6) || frame[protocolAt] !== PROTOCOL.tcp) return undefined;
  const tcp = ETHERNET_BYTES + (version === 4 ? ((frame[ETHERNET_BYTES] as number) & 15) * 4 : IPV6_BYTES);
  const data = tcp + ((frame[tcp + AT.length] ?? 0) >> 4) * 4;
  return data < tcp + TCP_BYTES || data > frame.length ? undefined : { version, tcp, data };
}

/** The frames as a wire carries them: none longer than what was asked for, all with their checksums. Nothing of one that cannot be cut. */
export function asOnWire(frame: Frame): readonly Frame[] {
  const { bytes, unfinished } = frame;
  if (!unfinished) return [frame];
  const size = unfinished.segments?.size;
  if (size === undefined) return [{ bytes: withChecksum(frame) }];
  const layout = layoutOf(bytes);
  if (!layout) return [];
  const frames: Frame[] = [];
  for (let at = layout.data; at === layout.data || at < bytes.length; at += size)
    frames.push({ bytes: segment(bytes, layout, at, Math.min(size, bytes.length - at)) });
  return frames;
}

function segment(whole: Uint8Array, { version, tcp, data }: Layout, from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data + length);
  bytes.set(whole.subarray(0, data));
  bytes.set(whole.subarray(from, from + length), data);
  const view = new DataView(bytes.buffer);
  const payload = bytes.length - tcp;
  const [isFirst, isLast] = [from === data, from + length === whole.length];
  view.setUint32(tcp + AT.sequence, (view.getUint32(tcp + AT.sequence) + from - data) >>> 0);
  bytes[tcp + AT.flags] = (bytes[tcp + AT.flags] as number) & ~(isLast ? 0 : FIN | PSH) & ~(isFirst ? 0 : CWR);
  if (version === 4) {
    view.setUint16(ETHERNET_BYTES + 2, bytes.length - ETHERNET_BYTES);
    view.setUint16(ETHERNET_BYTES + 10, 0);
    view.setUint16(ETHERNET_BYTES + 10, checksumOf(bytes, ETHERNET_BYTES, tcp));
  } else view.setUint16(ETHERNET_BYTES + 4, payload);
  const addresses = version === 4 ? bytes.subarray(ETHERNET_BYTES + 12, ETHERNET_BYTES + 20) : bytes.subarray(ETHERNET_BYTES + 8, tcp);
  view.setUint16(tcp + AT.checksum, 0);
  view.setUint16(tcp + AT.checksum, checksumOf(bytes, tcp, bytes.length, pseudoHeader(addresses, PROTOCOL.tcp, payload)));
  return bytes;
}
