/** Puts chunks into a file, each once, and lists of them behind. */
import { hash } from 'node:crypto';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import { storedRuns } from '../compare/cluster-sources.ts';
import { CLUSTER_BYTES, SEGMENT_CLUSTERS, isZeroCluster } from '../disks/cluster.ts';
import type { DiskContent } from '../disks/content.ts';
import type { ChunkReader } from '../storage/index.ts';
import { ChunkNumbers } from './chunk-numbers.ts';
import { CHUNK_BYTES, CHUNKS_AT_ONCE, type ListSubject } from './format.ts';
import type { RecordWriter } from './record-writer.ts';
import { encodeRuns, encodeSubject, RunBuilder } from './runs.ts';

/** Called between batches; throws to cancel. */
export type Breath = (writtenBytes: number) => void;

export class ChunkWriter {
  readonly #reader: ChunkReader;
  readonly #records: RecordWriter;
  readonly #breath: Breath;
  readonly #numbers = new ChunkNumbers();
  /** Numbers by SHA-256, kept only where bytes come that the store does not know. */
  readonly #byHash: Map<string, number> | undefined;
  #next = 1;

  constructor(reader: ChunkReader, records: RecordWriter, breath: Breath, { foreign }: { readonly foreign: boolean }) {
    this.#reader = reader;
    this.#records = records;
    this.#breath = breath;
    this.#byHash = foreign ? new Map() : undefined;
  }

  /** A list of chunks of the store; 0 is a hole. */
  async list(subject: ListSubject, entries: Float64Array): Promise<void> {
    const fresh: number[] = [];
    const seen = new Set<number>();
    for (const chunk of entries) {
      if (chunk === 0 || seen.has(chunk) || this.#numbers.get(chunk) !== 0) continue;
      seen.add(chunk);
      fresh.push(chunk);
    }
    await this.#copy(fresh);
    const runs = new RunBuilder();
    entries.forEach((chunk, position) => {
      if (chunk !== 0) runs.add(position, this.#numbers.get(chunk));
    });
    await this.#records.write('LIST', encodeSubject(subject, encodeRuns(runs.runs)));
  }

  /** A disk's own clusters, and those that are zeros over its base. */
  async disk(subject: ListSubject, content: DiskContent): Promise<void> {
    const places: (readonly [position: number, chunk: number, count: number])[] = [];
    const fresh: number[] = [];
    const seen = new Set<number>();
    for (const [first, count] of storedRuns(content)) {
      for (let cluster = first; cluster < first + count; cluster++) {
        const chunk = content.segments.get(Math.floor(cluster / SEGMENT_CLUSTERS))![cluster % SEGMENT_CLUSTERS]!;
        places.push([cluster, chunk, 1]);
        if (seen.has(chunk) || this.#numbers.get(chunk) !== 0) continue;
        seen.add(chunk);
        fresh.push(chunk);
      }
    }
    await this.#copy(fresh);
    for (const [first, count] of content.zeros) places.push([first, 0, count]);
    places.sort(([one], [other]) => one - other);
    const runs = new RunBuilder();
    for (const [position, chunk, count] of places) runs.add(position, chunk === 0 ? 0 : this.#numbers.get(chunk), count);
    await this.#records.write('LIST', encodeSubject(subject, encodeRuns(runs.runs)));
  }

  /** Bytes from elsewhere: a base image, a file. Zeros are left out. */
  async image(subject: ListSubject, image: DiskImage): Promise<void> {
    const runs = new RunBuilder();
    const batch: { position: number; bytes: Uint8Array }[] = [];
    const flush = async () => {
      const numbers = await this.#add(batch.map(({ bytes }) => bytes));
      batch.forEach(({ position }, index) => runs.add(position, numbers[index]!));
      batch.length = 0;
    };
    for await (const position of filledClusters(image)) {
      const bytes = new Uint8Array(CHUNK_BYTES);
      const at = position * CHUNK_BYTES;
      await image.read(at, bytes.subarray(0, Math.min(CHUNK_BYTES, image.sizeBytes - at)));
      if (!isZeroCluster(bytes)) batch.push({ position, bytes });
      if (batch.length === CHUNKS_AT_ONCE) await flush();
    }
    await flush();
    await this.#records.write('LIST', encodeSubject(subject, encodeRuns(runs.runs)));
  }

  async #copy(fresh: readonly number[]): Promise<void> {
    // The next ones are read while these are compressed and written.
    const read = (at: number) => {
      const reading = at < fresh.length ? this.#reader.getMany(fresh.slice(at, at + CHUNKS_AT_ONCE)) : Promise.resolve([]);
      // Looked at in its turn; a failure before must not leave it unhandled.
      reading.catch(() => undefined);
      return reading;
    };
    let next = read(0);
    for (let at = 0; at < fresh.length; at += CHUNKS_AT_ONCE) {
      const bytes = await next;
      next = read(at + CHUNKS_AT_ONCE);
      const numbers = await this.#add(bytes);
      numbers.forEach((number, index) => this.#numbers.set(fresh[at + index]!, number));
    }
  }

  /** Writes those that are not in the file yet, at most `CHUNKS_AT_ONCE`; answers with the numbers of all. */
  async #add(chunks: readonly Uint8Array[]): Promise<number[]> {
    const fresh: Uint8Array[] = [];
    const numbers = chunks.map((bytes) => {
      const key = this.#byHash && hash('sha256', bytes, 'buffer').toString('latin1', 0, 16);
      const known = key === undefined ? undefined : this.#byHash?.get(key);
      if (known !== undefined) return known;
      const number = this.#next++;
      if (key !== undefined) this.#byHash?.set(key, number);
      fresh.push(bytes);
      return number;
    });
    if (fresh.length > 0) await this.#records.write('CHNK', Buffer.concat(fresh));
    this.#breath(this.#records.writtenBytes);
    return numbers;
  }
}

/** Clusters that may hold something, each once, ascending. */
async function* filledClusters({ sizeBytes, allocated }: DiskImage): AsyncGenerator<number> {
  let next = 0;
  for await (const { offset, length } of allocated?.(0, sizeBytes) ?? [{ offset: 0, length: sizeBytes }]) {
    next = Math.max(next, Math.floor(offset / CLUSTER_BYTES));
    while (next < Math.ceil((offset + length) / CLUSTER_BYTES)) yield next++;
  }
}
