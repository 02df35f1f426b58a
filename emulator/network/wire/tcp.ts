/** TCP segments (RFC 9293), with the options that matter to us. */
import { folded, pseudoHeader, sumOf } from './checksum.ts';
import { type Packet, PROTOCOL } from './packet.ts';

export const TCP_BYTES = 20;
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

const OPTION_END = 0;
const OPTION_NOTHING = 1;
const OPTION_MSS = 2;
const OPTION_SCALE = 3;
/** No window is scaled by more (RFC 7323, section 2.3). */
const SCALE_MAX = 14;

export interface SynOptions {
  /** Most bytes of data in a segment to its sender. */
  readonly mss?: number;
  /** Windows that its sender announces later are to be shifted by so many bits. */
  readonly scale?: number;
}

export interface Segment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Numbers modulo 2^32. */
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  /** As it stands in the header, not scaled. */
  readonly window: number;
  readonly data: Uint8Array<ArrayBuffer>;
  /** Read of SYNs only. */
  readonly options: SynOptions;
}

/** How far `a` is after `b`; negative where it is before. Sequence numbers run round. */
export const distance = (a: number, b: number): number => (a - b) | 0;

/** Reads a packet's segment; undefined where it is not right. @param unfinished its checksum is still to be written */
export function readTcp({ payload, addresses }: Packet, unfinished: boolean): Segment | undefined {
  if (payload.length < TCP_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const header = (view.getUint8(12) >> 4) * 4;
  if (header < TCP_BYTES || header > payload.length) return undefined;
  const sum = () => folded(sumOf(payload, 0, payload.length, pseudoHeader(addresses, PROTOCOL.tcp, payload.length)));
  if (!unfinished && sum() !== 0xffff) return undefined;
  const flags = view.getUint8(13);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledged: view.getUint32(8),
    flags,
    window: view.getUint16(14),
    data: payload.subarray(header),
    options: (flags & SYN) !== 0 ? optionsOf(payload.subarray(TCP_BYTES, header)) : {},
  };
}

function optionsOf(bytes: Uint8Array): SynOptions {
  let mss: number | undefined;
  let scale: number | undefined;
  for (let at = 0; at < bytes.length && bytes[at] !== OPTION_END;) {
    if (bytes[at] === OPTION_NOTHING) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) break;
    if (bytes[at] === OPTION_MSS && length === 4) mss = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (bytes[at] === OPTION_SCALE && length === 3) scale = Math.min(SCALE_MAX, bytes[at + 2] as number);
    at += length;
  }
  return { ...(mss === undefined ? {} : { mss }), ...(scale === undefined ? {} : { scale }) };
}

/** Bytes of a segment's header with these options. */
export const tcpHeaderBytes = ({ mss, scale }: SynOptions): number =>
  TCP_BYTES + (mss === undefined ? 0 : 4) + (scale === undefined ? 0 : 4);

/** Writes a segment's header at `at`, without a checksum. */
export function writeTcp(bytes: Uint8Array, at: number, segment: Omit<Segment, 'data'>): void {
  const { mss, scale } = segment.options;
  const header = tcpHeaderBytes(segment.options);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, header);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint32(4, segment.sequence);
  view.setUint32(8, segment.acknowledged);
  view.setUint8(12, (header / 4) << 4);
  view.setUint8(13, segment.flags);
  view.setUint16(14, segment.window);
  let place = TCP_BYTES;
  if (mss !== undefined) {
    view.setUint16(place, (OPTION_MSS << 8) | 4);
    view.setUint16(place + 2, mss);
    place += 4;
  }
  if (scale !== undefined) view.setUint32(place, ((OPTION_NOTHING << 24) | (OPTION_SCALE << 16) | (3 << 8) | scale) >>> 0);
}
