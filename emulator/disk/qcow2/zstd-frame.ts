/**
 * The length of a zstd frame (RFC 8878, section 3.1.1). A compressed cluster's sectors end with bytes that are not part
 * of the frame, and decoders take those for another frame.
 */

const MAGIC = 0xfd2f_b528;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
/** By the frame content size flag; the first is one byte where the segment is single. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** @returns the length in bytes of the frame that `bytes` begins with, or nothing where there is no whole frame */
export function zstdFrameBytes(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 5 || view.getUint32(0, true) !== MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  let at = 5 + (singleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0) + sizeBytes;
  for (let last = false; !last;) {
    if (at + BLOCK_HEADER_BYTES > bytes.length) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >>> 1) & 3;
    if (type === RESERVED_BLOCK) return undefined;
    last = (header & 1) !== 0;
    at += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >>> 3);
  }
  if ((descriptor & 4) !== 0) at += CHECKSUM_BYTES;
  return at <= bytes.length ? at : undefined;
}
