/** Metadata is small and near together: reading it in pieces that are kept saves nearly all reads. */
import { RememberedReads } from '../../structures/remembered-reads.ts';
import type { DiskReader } from './volume.ts';

const PIECE_BYTES = 65536;
/** 16 MiB in all. */
const PIECES = 256;

/** A reader that remembers the last 16 MiB it has read. */
export function cachedReader(reader: DiskReader): DiskReader {
  const pieces = new RememberedReads<Uint8Array>(PIECES);
  const load = async (piece: number) => {
    const start = piece * PIECE_BYTES;
    const bytes = new Uint8Array(Math.min(PIECE_BYTES, reader.sizeBytes - start));
    await reader.read(start, bytes);
    return bytes;
  };
  return {
    sizeBytes: reader.sizeBytes,
    async read(offset, into) {
      if (into.length > 4 * PIECE_BYTES || !(offset >= 0 && offset + into.length <= reader.sizeBytes)) return reader.read(offset, into);
      for (let done = 0; done < into.length;) {
        const at = offset + done;
        const piece = Math.floor(at / PIECE_BYTES);
        const bytes = await pieces.get(piece, () => load(piece));
        const part = bytes.subarray(at - piece * PIECE_BYTES, at - piece * PIECE_BYTES + into.length - done);
        into.set(part, done);
        done += part.length;
      }
    },
  };
}
