/**
 * The content of a disk that is in the store: which chunk each cluster is, as manifests of 1 GiB each, and a list that
 * says which of them belong together and which clusters are zeros over a base. What is in neither is the base's.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { ChunkReader, NewManifest, Store } from '../storage/index.ts';
import { LARGEST_CHUNK, SMALLEST_CHUNK } from '../storage/index.ts';
import { CLUSTER_BYTES, type Run } from './cluster.ts';

/** A disk's clusters that do not come from its base. */
export interface DiskContent {
  /** By segment: the chunk of each of its clusters (the list may end early), 0 where there is none. */
  readonly segments: ReadonlyMap<number, Float64Array>;
  /** Clusters that are zeros whatever the base holds, joined and ascending. No cluster is in both. */
  readonly zeros: readonly Run[];
}

/** Where a content is in the store: manifests of `owner` whose names begin with `prefix` and `@`. */
export interface ContentPlace {
  /** `snapshot:<id>` or `head:<id>`. */
  readonly owner: string;
  /** `disk<slot>` of a snapshot, `v<version>` of a head. */
  readonly prefix: string;
}

export const EMPTY_CONTENT: DiskContent = { segments: new Map(), zeros: [] };

/** Where a head's content of a version is. */
export const headPlace = (head: string, version: number): ContentPlace => ({ owner: `head:${head}`, prefix: `v${version}` });

const listName = (prefix: string) => `${prefix}@list`;

/** What the list's chunks hold, as JSON padded with spaces. */
interface ContentList {
  readonly format: 1;
  readonly segments: readonly number[];
  readonly zeros: readonly Run[];
}

function encodeList(list: ContentList): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(list));
  const rest = text.length % LARGEST_CHUNK;
  const padding = rest > 0 && rest < SMALLEST_CHUNK ? SMALLEST_CHUNK - rest : 0;
  const whole = Buffer.concat([text, Buffer.alloc(padding, ' ')]);
  return Array.from({ length: Math.ceil(whole.length / LARGEST_CHUNK) }, (_, index) =>
    whole.subarray(index * LARGEST_CHUNK, (index + 1) * LARGEST_CHUNK),
  );
}

/** The chunks of a content, each as often as it is named. */
export function* chunksOf({ segments }: DiskContent): Generator<number> {
  for (const entries of segments.values()) for (const chunk of entries) if (chunk > 0) yield chunk;
}

/**
 * Makes manifests for a content at each of the places, all at once; durable when it resolves. The caller holds the chunks.
 * @throws ContractError `missing` when a chunk is not there, `full`
 */
export async function writeContent(store: Store, places: readonly ContentPlace[], content: DiskContent): Promise<void> {
  const segments = [...content.segments].filter(([, entries]) => entries.some((chunk) => chunk > 0));
  const list: ContentList = { format: 1, segments: segments.map(([segment]) => segment), zeros: content.zeros };
  const chunks = await store.putBatch(encodeList(list));
  try {
    await store.createManifests(
      places.flatMap(({ owner, prefix }): NewManifest[] => [
        ...segments.map(([segment, entries]) => ({ owner, name: `${prefix}@${segment}`, chunkBytes: CLUSTER_BYTES, entries })),
        { owner, name: listName(prefix), chunkBytes: LARGEST_CHUNK, entries: chunks },
      ]),
    );
  } finally {
    store.release(chunks);
  }
}

/**
 * Reading job: whether a snapshot's disk and a head's settled content (absent: nothing was ever settled) are the same.
 * @throws ContractError `missing` when one of them is not there
 */
export async function sameContent(
  reader: ChunkReader,
  { snapshot, head }: { readonly snapshot: ContentPlace; readonly head?: ContentPlace },
): Promise<boolean> {
  const one = await readContent(reader, snapshot);
  const other = head ? await readContent(reader, head) : EMPTY_CONTENT;
  const at = ({ segments }: DiskContent, segment: number, index: number) => segments.get(segment)?.[index] ?? 0;
  const lengthOf = ({ segments }: DiskContent, segment: number) => segments.get(segment)?.length ?? 0;
  for (const segment of new Set([...one.segments.keys(), ...other.segments.keys()])) {
    const length = Math.max(lengthOf(one, segment), lengthOf(other, segment));
    for (let index = 0; index < length; index++) if (at(one, segment, index) !== at(other, segment, index)) return false;
  }
  return JSON.stringify(one.zeros) === JSON.stringify(other.zeros);
}

/**
 * As `writeContent` at one place, for a content that comes a segment at a time and is never in memory as a whole. It is not
 * there before it resolves; what was made of it when it rejects, the caller removes with the owner.
 */
export async function writeSegments(
  store: Store,
  { owner, prefix }: ContentPlace,
  pieces: Iterable<readonly [segment: number, entries: Float64Array]>,
  zeros: readonly Run[],
): Promise<void> {
  const segments: number[] = [];
  for (const [segment, entries] of pieces) {
    if (!entries.some((chunk) => chunk > 0)) continue;
    segments.push(segment);
    await store.createManifest({ owner, name: `${prefix}@${segment}`, chunkBytes: CLUSTER_BYTES, entries });
  }
  const chunks = await store.putBatch(encodeList({ format: 1, segments, zeros }));
  try {
    await store.createManifest({ owner, name: listName(prefix), chunkBytes: LARGEST_CHUNK, entries: chunks });
  } finally {
    store.release(chunks);
  }
}

/**
 * Reads a content back.
 * @throws ContractError `missing` when it is not there as a whole, `damaged`
 */
export async function readContent(reader: ChunkReader, { owner, prefix }: ContentPlace): Promise<DiskContent> {
  const byName = new Map((await reader.manifests.list(owner)).map(({ name, id }) => [name, id]));
  const read = async (name: string) => {
    const id = byName.get(name);
    if (id === undefined) throw new ContractError('content-missing', { name, owner });
    return reader.manifests.read(id);
  };
  const parts = await reader.getMany([...(await read(listName(prefix)))]);
  const list = JSON.parse(Buffer.concat(parts).toString()) as ContentList;
  if ((list.format as number) !== 1) throw new ContractError('content-newer', { name: prefix, owner });
  const segments = new Map<number, Float64Array>();
  for (const segment of list.segments) segments.set(segment, await read(`${prefix}@${segment}`));
  return { segments, zeros: list.zeros };
}
