/**
 * Makes what an overlay holds settled: its clusters become chunks of the store, and the disk's content with them is
 * written for a snapshot, for the head, or both. A job of the storage worker; the machine goes on meanwhile.
 */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Progress } from '../tasks/task-list.ts';
import type { Store } from '../storage/index.ts';
import { joined, SEGMENT_CLUSTERS, without, type Run } from './cluster.ts';
import { chunksOf, EMPTY_CONTENT, readContent, writeContent, type ContentPlace, type DiskContent } from './content.ts';
import { openOverlayRows, type OverlayRows } from './overlay-rows.ts';

export interface StoreOverlay {
  /** The overlay file. */
  readonly overlay: string;
  /** Rows up to this one are stored; absent: all. */
  readonly generation?: number;
  /** The head's content so far; absent: there is none. */
  readonly from?: ContentPlace;
  /** Where the new content is written. */
  readonly to: readonly ContentPlace[];
}

export interface StoredOverlay {
  /** Clusters of the overlay that were stored (or were in the store already). */
  readonly clusters: number;
}

/** Clusters stored at once: 1 MiB, some ten milliseconds of work that lets others in between. */
const BATCH = 256;

/**
 * Stores rows and writes the content that they make with the settled one; durable when it resolves, and when it rejects
 * nothing names what was stored so far.
 * @throws ContractError `full`, `missing`; what `signal` was aborted with
 */
export async function storeOverlay(
  store: Store,
  { overlay, generation, from, to }: StoreOverlay,
  progress: (progress: Progress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<StoredOverlay> {
  const reader = await openOverlayRows(overlay);
  const held: number[] = [];
  try {
    const { settledGeneration } = await reader.state();
    const rows = await reader.rows(generation, settledGeneration);
    const chunks = new Float64Array(rows.clusters.length);
    for (let at = 0; at < rows.clusters.length; at += BATCH) {
      signal?.throwIfAborted();
      const bytes = await reader.read(rows.clusters.subarray(at, at + BATCH), rows.places.subarray(at, at + BATCH));
      const ids = await store.putBatch(bytes);
      held.push(...ids);
      chunks.set(ids, at);
      const [bytesDone, bytesTotal] = [at + ids.length, chunks.length].map((count) => count * 4096) as [number, number];
      progress({ message: faultWith('step-storing-disk'), fraction: bytesDone / bytesTotal, bytesDone, bytesTotal });
    }
    signal?.throwIfAborted();
    if ((await reader.state()).settledGeneration !== settledGeneration) throw new ContractError('overlay-changed', { file: overlay });
    const settled = from ? await readContent(store, from) : EMPTY_CONTENT;
    const old = [...chunksOf(settled)];
    await store.hold(old);
    try {
      await writeContent(store, to, overlaid(settled, rows, chunks));
    } finally {
      store.release(old);
    }
    return { clusters: chunks.length };
  } finally {
    store.release(held);
    await reader.close();
  }
}

/** A content with an overlay's clusters over it. */
export function overlaid(settled: DiskContent, rows: OverlayRows, chunks: Float64Array): DiskContent {
  const segments = new Map<number, Float64Array>();
  for (const [segment, entries] of settled.segments) {
    const whole = new Float64Array(SEGMENT_CLUSTERS);
    whole.set(entries);
    segments.set(segment, whole);
  }
  const zeroed = [...rows.zeros];
  const written: number[] = [];
  const entriesOf = (cluster: number) => {
    const segment = Math.floor(cluster / SEGMENT_CLUSTERS);
    let entries = segments.get(segment);
    if (!entries) segments.set(segment, (entries = new Float64Array(SEGMENT_CLUSTERS)));
    return entries;
  };
  rows.clusters.forEach((cluster, index) => {
    const chunk = chunks[index]!;
    // Bytes that are all zero have no chunk, and would be taken for "nothing there".
    if (chunk > 0) written.push(cluster);
    else zeroed.push([cluster, 1]);
    entriesOf(cluster)[cluster % SEGMENT_CLUSTERS] = chunk;
  });
  for (const [first, count] of rows.zeros) clearRun(segments, [first, count]);
  return { segments: trimmed(segments), zeros: joined([...without(settled.zeros, written), ...zeroed]) };
}

function clearRun(segments: ReadonlyMap<number, Float64Array>, [first, count]: Run): void {
  for (const [segment, entries] of segments) {
    const start = Math.max(0, first - segment * SEGMENT_CLUSTERS);
    const end = Math.min(SEGMENT_CLUSTERS, first + count - segment * SEGMENT_CLUSTERS);
    if (end > start) entries.fill(0, start, end);
  }
}

/** Lists end with their last chunk. */
function trimmed(segments: ReadonlyMap<number, Float64Array>): ReadonlyMap<number, Float64Array> {
  const result = new Map<number, Float64Array>();
  for (const [segment, entries] of segments) {
    const last = entries.findLastIndex((chunk) => chunk > 0);
    if (last >= 0) result.set(segment, entries.slice(0, last + 1));
  }
  return result;
}
