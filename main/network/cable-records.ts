/**
 * A cable's two directions as bytes, for a card whose machine runs in another process than its network: records, one behind the
 * other, each four bytes length (little endian), one byte kind, content. A frame has the header before it that network cards have
 * (virtio 1.3, section 5.1.6), so that what its sender left unfinished stays so.
 */
import { decodeFrame, encodeHeader, HEADER_BYTES } from '../../emulator/device/virtio/net/header.ts';
import { type Frame, FRAME_BYTES_MAX } from '../../emulator/device/kit/network.ts';
import type { LooseReach } from '../../preload/contract/definition/reach-fields.ts';
import type { PlaceNumbers } from './network-plan.ts';
import type { MachineNames } from './switch-messages.ts';

/** What a network says to a card beside frames. */
export type NetworkNews =
  /** The first record of all. */
  | { readonly place: PlaceNumbers }
  | { readonly names: MachineNames }
  /** Where guests may connect by now, as the network says for cards that do not; absent: wherever it leads. */
  | { readonly reach: LooseReach | undefined }
  /** Another card on the network has the same address: a machine's, by name. */
  | { readonly refused: string };

export type CableRecord =
  | { readonly frame: Frame }
  /** So many frames, of so many bytes, have reached the guest or are lost. */
  | { readonly taken: number; readonly bytes: number }
  | { readonly news: NetworkNews };

const KIND = { frame: 1, taken: 2, news: 3 } as const;
const RECORD_BYTES = 5;
const TAKEN_BYTES = 8;
/** A piece has room for the largest frame, and is small beside what a connection takes at once. */
const PIECE_BYTES = 256 * 1024;

/** One record, and behind it nothing. */
function encoded(record: CableRecord): Uint8Array<ArrayBuffer> {
  const [kind, parts] = contentOf(record);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(RECORD_BYTES + length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes[4] = kind;
  let at = RECORD_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
function contentOf(record: CableRecord): readonly [kind: number, parts: readonly Uint8Array[]] {
  if ('frame' in record) return [KIND.frame, [encodeHeader(record.frame, 1), record.frame.bytes]];
  if ('news' in record) return [KIND.news, [Buffer.from(JSON.stringify(record.news))]];
  const bytes = new Uint8Array(TAKEN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, record.taken, true);
  view.setUint32(4, record.bytes, true);
  return [KIND.taken, [bytes]];
}

/** Records in pieces of 256 KiB at most, none of them cut. */
export function encodeRecords(records: readonly CableRecord[]): readonly Uint8Array<ArrayBuffer>[] {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const finish = () => {
    if (gathered.length > 0) pieces.push(new Uint8Array(Buffer.concat(gathered)));
    [gathered, length] = [[], 0];
  };
  for (const record of records) {
    const bytes = encoded(record);
    if (length + bytes.length > PIECE_BYTES) finish();
    gathered.push(bytes);
    length += bytes.length;
  }
  finish();
  return pieces;
}

/**
 * The records of a piece, which may be anybody's. Frames are copies, and whatever their headers claim holds within them.
 * @throws RangeError when they are no records; a frame that no card could have sent is left out
 */
export function decodeRecords(piece: Uint8Array): readonly CableRecord[] {
  const records: CableRecord[] = [];
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  for (let at = 0; at < piece.length;) {
    const length = view.getUint32(at, true);
    const kind = view.getUint8(at + 4);
    const end = at + RECORD_BYTES + length;
    if (end > piece.length) throw new RangeError('a record ends behind its piece');
    const content = piece.subarray(at + RECORD_BYTES, end);
    at = end;
    const record = decoded(kind, content);
    if (record) records.push(record);
  }
  return records;
}
function decoded(kind: number, content: Uint8Array): CableRecord | undefined {
  if (kind === KIND.frame) {
    if (content.length < HEADER_BYTES || content.length > HEADER_BYTES + FRAME_BYTES_MAX) return undefined;
    const frame = decodeFrame(new Uint8Array(content));
    return frame && { frame };
  }
  if (kind === KIND.taken) {
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    return { taken: view.getUint32(0, true), bytes: view.getUint32(4, true) };
  }
  if (kind === KIND.news) return { news: JSON.parse(Buffer.from(content).toString()) as NetworkNews };
  throw new RangeError(`no record is of kind ${kind}`);
}
