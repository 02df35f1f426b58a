/** Lists of chunks as runs of neighbours: what is stored together is numbered together, so a list is short. */
import { CLUSTER_BYTES } from '../disks/cluster.ts';

/** From `position` on, `count` units are the chunks from `number` on; number 0: zeros. */
export type ChunkRun = readonly [position: number, number: number, count: number];

/** Checked runs as they are in a file, 24 bytes each; made into numbers one at a time, as there may be millions. */
export type PackedRuns = Uint8Array;

export class RunBuilder {
  readonly runs: [number, number, number][] = [];
  /** Positions must ascend. */
  add(position: number, number: number, count = 1): void {
    const last = this.runs.at(-1);
    const follows =
      last !== undefined &&
      last[0] + last[2] === position &&
      (number === 0 ? last[1] === 0 : last[1] !== 0 && last[1] + last[2] === number);
    if (follows) last[2] += count;
    else this.runs.push([position, number, count]);
  }
}

export function encodeSubject(subject: object, rest: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(subject));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, rest]);
}

/** Bytes of the JSON: a few names and numbers. */
const LARGEST_SUBJECT = 65_536;

/** The JSON and what follows; `undefined` where the bytes cannot be that. */
export function decodeSubject(
  bytes: Uint8Array,
): { readonly subject: Readonly<Record<string, unknown>>; readonly rest: Uint8Array } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = buffer.length < 4 ? Infinity : buffer.readUInt32LE(0);
  if (length > LARGEST_SUBJECT || 4 + length > buffer.length) return undefined;
  try {
    const subject = JSON.parse(buffer.toString('utf8', 4, 4 + length)) as unknown;
    if (typeof subject !== 'object' || subject === null) return undefined;
    return { subject: subject as Record<string, unknown>, rest: buffer.subarray(4 + length) };
  } catch {
    return undefined;
  }
}

const RUN_BYTES = 24;

export function encodeRuns(runs: readonly ChunkRun[]): Uint8Array {
  const bytes = Buffer.alloc(runs.length * RUN_BYTES);
  runs.flat().forEach((value, index) => bytes.writeDoubleLE(value, index * 8));
  return bytes;
}

/** The runs, one after the other. */
export function* runsOf(bytes: PackedRuns): Generator<ChunkRun> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + RUN_BYTES <= bytes.length; at += RUN_BYTES)
    yield [view.getFloat64(at, true), view.getFloat64(at + 8, true), view.getFloat64(at + 16, true)];
}

/**
 * Whether these are runs in order that neither overlap nor go beyond `most` units or name a chunk above `chunks`.
 * @returns the units that have content; `undefined` for anything else
 */
export function contentOfRuns(bytes: Uint8Array, max: number, chunks: number): number | undefined {
  if (bytes.length % RUN_BYTES !== 0) return undefined;
  let end = 0;
  let content = 0;
  for (const [position, number, count] of runsOf(bytes)) {
    const isWhole = Number.isSafeInteger(position) && Number.isSafeInteger(number) && Number.isSafeInteger(count) && number >= 0;
    if (!isWhole || position < end || count < 1 || position + count > max) return undefined;
    if (number > 0 && number + count - 1 > chunks) return undefined;
    if (number > 0) content += count;
    end = position + count;
  }
  return content;
}

/** Units of so many bytes. */
export const unitsOf = (sizeBytes: number): number => Math.ceil(sizeBytes / CLUSTER_BYTES);
