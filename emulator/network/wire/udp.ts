/** UDP (RFC 768). */
import { checksumOf, folded, pseudoHeader, sumOf } from './checksum.ts';
import { type Packet, PROTOCOL } from './packet.ts';

export const UDP_BYTES = 8;

export interface Datagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Reads a packet's datagram; undefined where it is not right. @param unfinished its checksum is still to be written */
export function readUdp({ payload, addresses }: Packet, unfinished: boolean): Datagram | undefined {
  if (payload.length < UDP_BYTES) return undefined;
  const word = (at: number) => ((payload[at] as number) << 8) | (payload[at + 1] as number);
  const length = word(4);
  if (length < UDP_BYTES || length > payload.length) return undefined;
  const isRight = () => folded(sumOf(payload, 0, length, pseudoHeader(addresses, PROTOCOL.udp, length))) === 0xffff;
  // No sum at all is 0.
  if (!unfinished && word(6) !== 0 && !isRight()) return undefined;
  return { sourcePort: word(0), destinationPort: word(2), data: payload.subarray(UDP_BYTES, length) };
}

/** Writes a datagram with its checksum at `at`; the data is there already. */
export function writeUdp(
  bytes: Uint8Array,
  at: number,
  addresses: Uint8Array,
  { sourcePort, destinationPort }: Omit<Datagram, 'data'>,
): void {
  const length = bytes.length - at;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint16(4, length);
  const sum = checksumOf(bytes, at, bytes.length, pseudoHeader(addresses, PROTOCOL.udp, length));
  view.setUint16(6, sum === 0 ? 0xffff : sum);
}
