/** `struct virtio_net_hdr` (virtio 1.3, section 5.1.6), which precedes every frame in either direction; always 12 bytes in version 1. */
import { type Frame, FRAME_BYTES_MIN, type Unfinished } from '../../kit/network.ts';

export const HEADER_BYTES = 12;

const NEEDS_CHECKSUM = 1;
const SEGMENTS = { tcp4: 1, tcp6: 4 } as const;
const TCP4 = 1;
const TCP6 = 4;
/** Explicit congestion notification of TCP segments: beside the kind, of no consequence here. */
const ECN = 0x80;

/** The header of a frame to the driver. @param buffers how many chains it fills */
export function encodeHeader({ unfinished }: Frame, buffers: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const { checksum, segments } = unfinished ?? {};
  if (segments) {
    bytes[1] = SEGMENTS[segments.kind];
    view.setUint16(2, segments.headerLength, true);
    view.setUint16(4, segments.size, true);
  }
  if (checksum) {
    bytes[0] = NEEDS_CHECKSUM;
    view.setUint16(6, checksum.start, true);
    view.setUint16(8, checksum.offset, true);
  }
  view.setUint16(10, buffers, true);
  return bytes;
}

/**
 * A frame of the driver's, header and all, as a link takes it. Whatever the header claims holds within the frame afterwards.
 * @returns undefined for what is no frame: too short, or a header that does not fit it
 */
export function decodeFrame(bytes: Uint8Array<ArrayBuffer>): Frame | undefined {
  const frame = bytes.subarray(HEADER_BYTES);
  if (frame.length < FRAME_BYTES_MIN) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const start = view.getUint16(6, true);
  const offset = view.getUint16(8, true);
  const needsChecksum = (view.getUint8(0) & NEEDS_CHECKSUM) !== 0;
  if (needsChecksum && start + offset + 2 > frame.length) return undefined;
  const kind = view.getUint8(1) & ~ECN;
  if (kind === 0) return needsChecksum ? { bytes: frame, unfinished: { checksum: { start, offset } } } : { bytes: frame };
  const segments = segmentsOf(kind, view.getUint16(2, true), view.getUint16(4, true), frame.length);
  // Whoever leaves the cutting to us leaves the checksums too (section 5.1.6.2).
  if (!segments || !needsChecksum) return undefined;
  return { bytes: frame, unfinished: { checksum: { start, offset }, segments } };
}

function segmentsOf(kind: number, headerLength: number, size: number, length: number): Unfinished['segments'] {
  if ((kind !== TCP4 && kind !== TCP6) || size === 0 || headerLength > length) return undefined;
  return { kind: kind === TCP4 ? 'tcp4' : 'tcp6', size, headerLength };
}
