/** The chunks of a file as they get into the store, and the lists that say what they make. */
import type { DiskBase } from '../../preload/contract/disks.ts';
import { joined, SEGMENT_CLUSTERS, type Run } from '../disks/cluster.ts';
import { writeContent, type DiskContent } from '../disks/content.ts';
import type { Store } from '../storage/index.ts';
import { MEMORY, PAGE_BYTES } from '../timeline/job.ts';
import { damaged } from './archive-error.ts';
import type { ArchivedSnapshot } from './archived-machine.ts';
import { CHUNK_BYTES } from './format.ts';
import { decodeRuns, decodeSubject, unitsOf, type ChunkRun } from './runs.ts';

/** What lists may describe: memory of 64 GiB, disks of 16 TiB, 1 TiB of content. */
const MOST_PAGES = 2 ** 24;
const MOST_CLUSTERS = 2 ** 32;
const MOST_CONTENT = 2 ** 28;

/** Chunks stored in one transaction: 4 MiB. */
const STORED_AT_ONCE = 1024;

/** A file that came with the machine. */
export interface CarriedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly runs: readonly ChunkRun[];
}

export class ImportedLists {
  readonly #store: Store;
  readonly #file: string;
  /** The store's number of each chunk of the file; those of the file count from 1. */
  #chunks = new Float64Array(1024);
  #count = 0;
  readonly #waiting: Uint8Array[] = [];
  readonly #held: number[] = [];
  readonly #lists = new Map<string, { readonly runs: readonly ChunkRun[]; readonly pages?: number }>();
  readonly #files: CarriedFile[] = [];

  constructor(store: Store, file: string) {
    this.#store = store;
    this.#file = file;
  }

  /** Takes the chunks of a record; they are stored with others, some MiB at once. */
  async addChunks(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || bytes.length % CHUNK_BYTES !== 0)
      throw damaged(this.#file, `chunks in it have ${bytes.length} bytes together`);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) this.#waiting.push(bytes.subarray(at, at + CHUNK_BYTES));
    if (this.#waiting.length >= STORED_AT_ONCE) await this.storeChunks();
  }

  /** Stores what still waits. Before it, no content can be read or made. */
  async storeChunks(): Promise<void> {
    const ids = await this.#store.putBatch(this.#waiting.splice(0));
    for (const id of ids) this.#held.push(id);
    while (this.#count + ids.length > this.#chunks.length) {
      const larger = new Float64Array(this.#chunks.length * 2);
      larger.set(this.#chunks);
      this.#chunks = larger;
    }
    this.#chunks.set(ids, this.#count);
    this.#count += ids.length;
  }

  addList(bytes: Uint8Array): void {
    const { subject, rest } = decodeSubject(bytes) ?? {};
    const [of, pages, sizeBytes] = [subject?.['of'], Number(subject?.['pages']), Number(subject?.['sizeBytes'])];
    const most =
      of === 'memory' ? Math.min(pages, MOST_PAGES) : of === 'disk' ? MOST_CLUSTERS : Math.min(unitsOf(sizeBytes), MOST_CLUSTERS);
    const runs = rest && Number.isSafeInteger(most) && most >= 0 ? decodeRuns(rest, most, this.#count + this.#waiting.length) : undefined;
    const content = runs?.reduce((sum, [, number, count]) => sum + (number > 0 ? count : 0), 0) ?? 0;
    if (!subject || !runs || content > MOST_CONTENT) throw damaged(this.#file, 'a list of chunks in it cannot be');
    if (of === 'file') this.#files.push({ path: String(subject['path']), sizeBytes, runs });
    else this.#lists.set(keyOf(subject), { runs, ...(of === 'memory' ? { pages } : {}) });
  }

  hasBase({ path, format }: DiskBase): boolean {
    return this.#lists.has(keyOf({ of: 'base', path, format }));
  }
  files(): readonly CarriedFile[] {
    return this.#files;
  }

  /** Bytes of chunks by their numbers in the file. */
  read(numbers: readonly number[]): Promise<Uint8Array[]> {
    return this.#store.getMany(numbers.map((number) => this.#chunkOf(number)));
  }

  /** Makes the manifests of a snapshot. @throws ArchiveError `damaged` when a list of it is not there */
  async store({ id, name, hasMemory, disks, memoryMiB }: ArchivedSnapshot, owner: string): Promise<void> {
    for (const { slot, base } of disks) {
      const own = this.#list({ of: 'disk', snapshot: id, slot }, name).runs;
      const below = base ? this.#lists.get(keyOf({ of: 'base', path: base.path, format: base.format }))?.runs : undefined;
      await writeContent(this.#store, [{ owner, prefix: `disk${slot}` }], this.#content(own, below, base !== undefined));
    }
    if (!hasMemory) return;
    const { runs, pages = 0 } = this.#list({ of: 'memory', snapshot: id }, name);
    if (pages * PAGE_BYTES !== memoryMiB * 1024 * 1024) throw damaged(this.#file, `the memory of "${name}" is not ${memoryMiB} MiB`);
    const entries = new Float64Array(pages);
    this.#fill(runs, (position, chunk) => (entries[position] = chunk));
    await this.#store.createManifest({ owner, name: MEMORY, chunkBytes: PAGE_BYTES, entries });
  }

  /** Lets go of the chunks: manifests name them now, or nothing is going to. */
  release(): void {
    this.#store.release(this.#held);
  }

  #list(subject: Readonly<Record<string, unknown>>, name: string) {
    const list = this.#lists.get(keyOf(subject));
    if (!list)
      throw damaged(
        this.#file,
        `the ${subject['of'] === 'memory' ? 'memory' : `disk ${Number(subject['slot']) + 1}`} of "${name}" is missing`,
      );
    return list;
  }

  #chunkOf(number: number): number {
    return this.#chunks[number - 1]!;
  }

  #fill(runs: readonly ChunkRun[], set: (position: number, chunk: number) => void): void {
    for (const [position, number, count] of runs)
      for (let index = 0; number > 0 && index < count; index++) set(position + index, this.#chunkOf(number + index));
  }

  /** @param below a base's clusters, which become the disk's own; absent: the base is not in the file, or there is none */
  #content(own: readonly ChunkRun[], below: readonly ChunkRun[] | undefined, hasBase: boolean): DiskContent {
    const segments = new Map<number, Float64Array>();
    const zeros: Run[] = own.flatMap(([position, number, count]) => (number === 0 ? [[position, count] as const] : []));
    const set = (position: number, chunk: number) => {
      const segment = Math.floor(position / SEGMENT_CLUSTERS);
      let entries = segments.get(segment);
      if (!entries) segments.set(segment, (entries = new Float64Array(SEGMENT_CLUSTERS)));
      entries[position % SEGMENT_CLUSTERS] = chunk;
    };
    if (below) {
      this.#fill(below, set);
      for (const [first, count] of zeros) clear(segments, first, count);
    }
    this.#fill(own, set);
    return { segments, zeros: hasBase && !below ? joined(zeros) : [] };
  }
}

function clear(segments: ReadonlyMap<number, Float64Array>, first: number, count: number): void {
  for (const [segment, entries] of segments) {
    const start = segment * SEGMENT_CLUSTERS;
    entries.fill(0, Math.max(0, first - start), Math.max(0, Math.min(entries.length, first + count - start)));
  }
}

/** What a list is of, whatever else is said of it. */
const keyOf = (subject: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(['of', 'snapshot', 'slot', 'path', 'format'].map((part) => String(subject[part] ?? '')));
