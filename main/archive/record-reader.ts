/** Reads the records of a file, one after the other, none believed before its checksum has been compared. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, zstdDecompress } from 'node:zlib';
import { openPath } from '../../emulator/host/files/open-path.ts';
import { damaged } from './damaged-archive.ts';
import { END_BYTES, FILE_HEADER_BYTES, FORMAT, MAGIC, MAX_BYTES, RECORD_HEADER_BYTES, type RecordKind } from './format.ts';

const decompress = promisify(zstdDecompress);
/** What is read at once of a record that is passed over. */
const PIECE_BYTES = 1024 * 1024;

/** A record's content as it is stored: what has been read of a file is never held larger than the file. */
export interface PackedBody {
  /** @throws ContractError `damaged` when it unpacks to anything but what the record says */
  unpack(): Promise<Uint8Array>;
}
export interface ArchiveRecord extends PackedBody {
  readonly kind: RecordKind;
  /** How much of the file was read with it, and how much there is. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Every record of a known kind up to the end, which is checked and not given out.
 * @throws ContractError `other`, `newer`, `damaged`, `host`
 */
export async function* readRecords(file: string): AsyncGenerator<ArchiveRecord> {
  const { handle, sizeBytes: size } = await openPath(file);
  try {
    const read = reading(handle, file, size);
    const sum = createHash('sha256');
    const header = await fileHeader(file, size, read);
    sum.update(header);
    await refuseCutOff(file, size, read);
    /** Its bytes count for the checksums; they are not for this version, whatever their number. */
    const passOver = async (at: number, stored: number, head: Buffer): Promise<number> => {
      sum.update(head);
      const begin = at + RECORD_HEADER_BYTES;
      let crc = crc32(head.subarray(0, 16));
      for (let done = 0; done < stored; done += PIECE_BYTES) {
        const piece = await read(begin + done, Math.min(PIECE_BYTES, stored - done));
        sum.update(piece);
        crc = crc32(piece, crc);
      }
      if (crc !== head.readUInt32LE(16)) throw damaged(file, `the record at byte ${at} does not match its checksum`);
      return begin + stored;
    };
    for (let at = FILE_HEADER_BYTES; ;) {
      const { head, kind, codec, stored, length } = await recordHeader(file, at, size, read);
      if (!isKnown(kind)) {
        at = await passOver(at, stored, head);
        continue;
      }
      const body = await read(at + RECORD_HEADER_BYTES, stored);
      if (crc32(body, crc32(head.subarray(0, 16))) !== head.readUInt32LE(16))
        throw damaged(file, `the record at byte ${at} does not match its checksum`);
      const end = at + RECORD_HEADER_BYTES + stored;
      if (kind === 'END_') {
        if (!sum.digest().equals(body) || end !== size) throw damaged(file, 'the archive checksum does not match');
        return;
      }
      sum.update(head);
      sum.update(body);
      const begin = at;
      yield { kind, unpack: () => unpacked(file, begin, codec, body, length), doneBytes: end, totalBytes: size };
      at = end;
    }
  } finally {
    await handle.close();
  }
}

type Read = (offset: number, length: number) => Promise<Buffer>;

function reading(handle: FileHandle, file: string, size: number): Read {
  return async (offset, length) => {
    if (offset + length > size) throw damaged(file, `it ends at byte ${size}, in the middle of a record`);
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw damaged(file, `it ends at byte ${offset + done}, in the middle of a record`);
      done += bytesRead;
    }
    return bytes;
  };
}

async function fileHeader(file: string, size: number, read: Read): Promise<Buffer> {
  const header = await read(0, Math.min(size, FILE_HEADER_BYTES));
  if (header.length < FILE_HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ContractError('archive-not-one', { file });
  const version = header.readUInt32LE(MAGIC.length);
  if (version === 0 || version > FORMAT) throw new ContractError('archive-newer', { file, format: version, known: FORMAT });
  return header;
}

/** Said at once, not after gigabytes. */
async function refuseCutOff(file: string, size: number, read: Read): Promise<void> {
  const end = size < FILE_HEADER_BYTES + END_BYTES ? undefined : await read(size - END_BYTES, 4);
  if (end?.toString('latin1') !== 'END_') throw damaged(file, `it is incomplete, it ends at byte ${size}`);
}

const isKnown = (kind: string): kind is RecordKind => Object.hasOwn(MAX_BYTES, kind);

async function recordHeader(file: string, at: number, size: number, read: Read) {
  const head = await read(at, RECORD_HEADER_BYTES);
  const kind = head.toString('latin1', 0, 4);
  const [codec, stored, length] = [head.readUInt32LE(4), head.readUInt32LE(8), head.readUInt32LE(12)];
  const mayPass = /^[a-z][\x20-\x7e]{3}$/.test(kind);
  if (!isKnown(kind) && !mayPass) throw damaged(file, `the record at byte ${at} is of an unknown kind`);
  const max = isKnown(kind) ? MAX_BYTES[kind] : size;
  if (codec > 1 || length > max || stored > Math.max(length, 64) || at + RECORD_HEADER_BYTES + stored > size)
    throw damaged(file, `the record at byte ${at} would have ${stored} bytes`);
  return { head, kind, codec, stored, length };
}

async function unpacked(file: string, at: number, codec: number, body: Buffer, length: number): Promise<Uint8Array> {
  try {
    const bytes = codec === 0 ? body : await decompress(body, { maxOutputLength: Math.max(1, length) });
    if (bytes.length === length) return bytes;
  } catch {
    // Falls to the same complaint as another length.
  }
  throw damaged(file, `the record at byte ${at} cannot be decompressed`);
}
