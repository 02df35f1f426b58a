/** The settled part of a disk, read from the store: which clusters are in it, and their bytes. */
import { existsSync } from 'node:fs';
import { openReader, type ChunkReader } from '../storage/index.ts';
import { isIn, SEGMENT_CLUSTERS } from './cluster.ts';
import { EMPTY_CONTENT, headPlace, readContent, type DiskContent } from './content.ts';

/** What a cluster is: a chunk of the store, zeros, or nothing (the base's). */
export type SettledCluster = number | 'zeros' | undefined;

export class SettledContent {
  readonly #file: string;
  readonly #head: string;
  #reader: ChunkReader | undefined;
  #content: DiskContent = EMPTY_CONTENT;
  /** Counts the contents used so far. */
  epoch = 0;

  constructor(file: string, head: string) {
    this.#file = file;
    this.#head = head;
  }

  /** Opens the store early, where that works: `load` complains, and a disk without settled content needs none. */
  async open(): Promise<void> {
    if (existsSync(this.#file)) this.#reader ??= await openReader(this.#file).catch(() => undefined);
  }

  /** Reads a version of the head's content; `use` makes it the present one. @throws ContractError when it is not there */
  async load(version: number): Promise<DiskContent> {
    this.#reader ??= await openReader(this.#file);
    return readContent(this.#reader, headPlace(this.#head, version));
  }

  use(content: DiskContent): void {
    this.#content = content;
    this.epoch++;
  }

  /** Whether there are chunks in a segment. */
  has(segment: number): boolean {
    return this.#content.segments.has(segment);
  }

  get(cluster: number): SettledCluster {
    const chunk = this.#content.segments.get(Math.floor(cluster / SEGMENT_CLUSTERS))?.[cluster % SEGMENT_CLUSTERS] ?? 0;
    if (chunk > 0) return chunk;
    return this.#content.zeros.length > 0 && isIn(this.#content.zeros, cluster) ? 'zeros' : undefined;
  }

  /** @throws ContractError `missing` when another version has taken a chunk's place, `damaged` */
  read(chunks: readonly number[]): Promise<Uint8Array[]> {
    if (!this.#reader) throw new Error('the settled content was never read');
    return this.#reader.getMany(chunks);
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    this.#reader = undefined;
  }
}
