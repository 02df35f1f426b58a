/** Files of machines with parts that nobody would write, under right checksums. */
import { createHash } from 'node:crypto';
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

export interface ForgedRecord {
  readonly kind: string;
  readonly content: Uint8Array;
}

const FILE_HEADER = 16;
const RECORD_HEADER = 20;

/** The records of a file but the last, unpacked. */
export function recordsIn(file: Buffer): ForgedRecord[] {
  const records: ForgedRecord[] = [];
  for (let at = FILE_HEADER; file.toString('latin1', at, at + 4) !== 'END_';) {
    const end = at + RECORD_HEADER + file.readUInt32LE(at + 8);
    const stored = file.subarray(at + RECORD_HEADER, end);
    records.push({
      kind: file.toString('latin1', at, at + 4),
      content: file.readUInt32LE(at + 4) === 1 ? zstdDecompressSync(stored) : stored,
    });
    at = end;
  }
  return records;
}

/** As the writer does: compressed where that is smaller. */
function packed(kind: string, content: Uint8Array): Buffer {
  const smaller = kind === 'END_' ? content : zstdCompressSync(content);
  const codec = smaller.length < content.length ? 1 : 0;
  const stored = codec === 1 ? smaller : content;
  const head = Buffer.alloc(RECORD_HEADER);
  head.write(kind, 'latin1');
  head.writeUInt32LE(codec, 4);
  head.writeUInt32LE(stored.length, 8);
  head.writeUInt32LE(content.length, 12);
  head.writeUInt32LE(crc32(stored, crc32(head.subarray(0, 16))), 16);
  return Buffer.concat([head, stored]);
}

/** A whole file of these records, behind the header of another. */
export function fileOf(original: Buffer, records: readonly ForgedRecord[]): Buffer {
  const all = Buffer.concat([original.subarray(0, FILE_HEADER), ...records.map(({ kind, content }) => packed(kind, content))]);
  return Buffer.concat([all, packed('END_', createHash('sha256').update(all).digest())]);
}

/** The content of a LIST or BLOB: a subject, then bytes. */
export function subjectAnd(subject: object, rest: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(subject));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, rest]);
}

/** Runs of a LIST, three numbers each. */
export function runBytes(count: number, runOf: (index: number) => readonly [number, number, number]): Buffer {
  const bytes = Buffer.alloc(count * 24);
  for (let index = 0; index < count; index++) runOf(index).forEach((value, part) => bytes.writeDoubleLE(value, index * 24 + part * 8));
  return bytes;
}

/** The file with its first record of a kind replaced. */
export function withRecord(file: Buffer, kind: string, content: Buffer): Buffer {
  const records = recordsIn(file);
  const at = records.findIndex((record) => record.kind === kind);
  return fileOf(file, records.with(at, { kind, content }));
}
