/** The chunks of a file as they get into the store, and the lists that say what they make. */
import type { DiskBase } from '../../preload/contract/disks.ts';
import { joined, type Run } from '../disks/cluster.ts';
import { writeSegments } from '../disks/content.ts';
import type { Store } from '../storage/index.ts';
import { NumberSet } from '../storage/number-set.ts';
import { MEMORY, PAGE_BYTES } from '../storage/owners.ts';
import { damaged } from './damaged-archive.ts';
import type { ArchivedMachine, ArchivedSnapshot } from './archived-machine.ts';
import { bootFiles, unusedDisks } from './boot-files.ts';
import { CHUNK_BYTES } from './format.ts';
import { mergedSegments } from './merged-segments.ts';
import type { PackedBody } from './record-reader.ts';
import { contentOfRuns, decodeSubject, runsOf, unitsOf, type ChunkRun } from './runs.ts';

/** What a list of a base may describe: 16 TiB; and of all lists, as content: 1 TiB. */
const MAX_CLUSTERS = 2 ** 32;
const MAX_CONTENT = 2 ** 28;
/** A boot file goes into the guest's memory, of which there is less than 4 GiB. */
const LARGEST_BOOT_FILE = 2 ** 32;

/** Chunks stored in one transaction: 4 MiB. */
const STORED_AT_ONCE = 1024;

/** A file that came with the machine. */
export interface CarriedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Units of content in it. */
  readonly content: number;
  runs(): Promise<Iterable<ChunkRun>>;
}

export class ImportedLists {
  readonly #store: Store;
  readonly #file: string;
  /** The store's number of each chunk of the file; those of the file count from 1. */
  #chunks = new Float64Array(1024);
  #count = 0;
  readonly #seen = new NumberSet();
  readonly #waiting: Uint8Array[] = [];
  /** Units of each list that the machine calls for. */
  #expected: ReadonlyMap<string, number> = new Map();
  readonly #lists = new Map<string, PackedBody>();
  readonly #files: CarriedFile[] = [];

  constructor(store: Store, file: string) {
    this.#store = store;
    this.#file = file;
  }

  /** Says which lists the file may have: those of this machine. */
  expect(machine: ArchivedMachine): void {
    this.#expected = expectedLists(machine);
  }

  /** Takes the chunks of a record; they are stored with others, some MiB at once. */
  async addChunks(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || bytes.length % CHUNK_BYTES !== 0) throw damaged(this.#file, `its chunk data has ${bytes.length} bytes`);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) this.#waiting.push(bytes.subarray(at, at + CHUNK_BYTES));
    if (this.#waiting.length >= STORED_AT_ONCE) await this.storeChunks();
  }

  /** Stores what still waits. Before it, no content can be read or made. */
  async storeChunks(): Promise<void> {
    const ids = await this.#store.putBatch(this.#waiting.splice(0));
    while (this.#count + ids.length > this.#chunks.length) {
      const larger = new Float64Array(this.#chunks.length * 2);
      larger.set(this.#chunks);
      this.#chunks = larger;
    }
    this.#chunks.set(ids, this.#count);
    this.#count += ids.length;
    // A file has each chunk once and none of zeros, so that little of it cannot stand for much.
    for (const id of ids) {
      if (id === 0 || this.#seen.has(id)) throw damaged(this.#file, 'it has a duplicate chunk');
      this.#seen.add(id);
    }
  }

  /** @throws ContractError `damaged` for a list of nothing that the machine has, or one that cannot be */
  async addList(body: PackedBody): Promise<void> {
    const { subject, rest } = decodeSubject(await body.unpack()) ?? {};
    const key = subject && keyOf(subject);
    const max = key === undefined ? undefined : this.#expected.get(key);
    const sizeBytes = Number(subject?.['sizeBytes']);
    const isSized = subject?.['of'] === 'base' || subject?.['of'] === 'file';
    const units = isSized ? (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? unitsOf(sizeBytes) : Infinity) : (max ?? 0);
    const isRight = rest && max !== undefined && units <= max && (subject?.['of'] !== 'memory' || subject['pages'] === max);
    const content = isRight ? contentOfRuns(rest, units, this.#count + this.#waiting.length) : undefined;
    if (key === undefined || content === undefined || content > MAX_CONTENT || this.#lists.has(key))
      throw damaged(this.#file, 'it has an invalid list of chunks');
    this.#lists.set(key, body);
    if (subject?.['of'] === 'file') this.#files.push({ path: String(subject['path']), sizeBytes, content, runs: () => this.#runs(key) });
  }

  async #runs(key: string): Promise<Iterable<ChunkRun>> {
    const bytes = await this.#lists.get(key)?.unpack();
    const { rest = new Uint8Array() } = (bytes && decodeSubject(bytes)) ?? {};
    return { [Symbol.iterator]: () => runsOf(rest) };
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

  /** Makes the manifests of a snapshot. @throws ContractError `damaged` when a list of it is not there */
  async store({ id, name, hasMemory, disks, memoryMiB }: ArchivedSnapshot, owner: string): Promise<void> {
    const chunkOf = (number: number) => this.#chunkOf(number);
    for (const { slot, base } of disks) {
      const own = await this.#list({ of: 'disk', snapshot: id, slot }, name);
      const baseKey = base && keyOf({ of: 'base', path: base.path, format: base.format });
      const below = baseKey !== undefined && this.#lists.has(baseKey) ? await this.#runs(baseKey) : undefined;
      // What a base held becomes the disk's own; over one that stays behind, zeros must be said.
      const zeros: readonly Run[] = base && !below ? joined(zerosOf(own)) : [];
      await writeSegments(this.#store, { owner, prefix: `disk${slot}` }, mergedSegments(own, below ?? [], chunkOf), zeros);
    }
    if (!hasMemory) return;
    const runs = await this.#list({ of: 'memory', snapshot: id }, name);
    const entries = new Float64Array(pagesOf(memoryMiB));
    for (const [position, number, count] of runs)
      for (let index = 0; number > 0 && index < count; index++) entries[position + index] = chunkOf(number + index);
    await this.#store.createManifest({ owner, name: MEMORY, chunkBytes: PAGE_BYTES, entries });
  }

  /** Lets go of the chunks: manifests name them now, or nothing is going to. */
  release(): void {
    this.#store.release(this.#chunks.subarray(0, this.#count));
  }

  #list(subject: Readonly<Record<string, unknown>>, name: string): Promise<Iterable<ChunkRun>> {
    const key = keyOf(subject);
    if (this.#lists.has(key)) return this.#runs(key);
    const what = subject['of'] === 'memory' ? 'memory' : `disk ${Number(subject['slot']) + 1}`;
    throw damaged(this.#file, `the ${what} of "${name}" is missing`);
  }

  #chunkOf(number: number): number {
    return this.#chunks[number - 1]!;
  }
}

const pagesOf = (memoryMiB: number): number => (memoryMiB * 1024 * 1024) / PAGE_BYTES;

/** The lists that belong to a machine, and how many units each may have. */
function expectedLists(machine: ArchivedMachine): Map<string, number> {
  const lists = new Map<string, number>();
  for (const path of unusedDisks(machine)) lists.set(keyOf({ of: 'file', path }), MAX_CLUSTERS);
  for (const path of bootFiles(machine)) lists.set(keyOf({ of: 'file', path }), unitsOf(LARGEST_BOOT_FILE));
  for (const { id: snapshot, hasMemory, memoryMiB, disks } of machine.snapshots) {
    if (hasMemory) lists.set(keyOf({ of: 'memory', snapshot }), pagesOf(memoryMiB));
    for (const { slot, sizeBytes, base } of disks) {
      lists.set(keyOf({ of: 'disk', snapshot, slot }), unitsOf(sizeBytes));
      if (base) lists.set(keyOf({ of: 'base', path: base.path, format: base.format }), MAX_CLUSTERS);
    }
  }
  return lists;
}

function* zerosOf(runs: Iterable<ChunkRun>): Generator<Run> {
  for (const [position, number, count] of runs) if (number === 0) yield [position, count];
}

/** What a list is of, whatever else is said of it. */
const keyOf = (subject: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(['of', 'snapshot', 'slot', 'path', 'format'].map((part) => String(subject[part] ?? '')));
