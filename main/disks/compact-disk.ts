/**
 * Makes a disk take as little room as it can: everything written goes into the store, compressed and only once, and what
 * equals the base, or is zeros where nothing else would be, is forgotten. A writing job, for a disk that nobody uses.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import type { Store } from '../storage/index.ts';
import type { Progress } from '../tasks/task-list.ts';
import { CLUSTER_BYTES, isZeroCluster, joined, SEGMENT_CLUSTERS, type Run } from './cluster.ts';
import { chunksOf, headPlace, readContent, writeContent, type ContentPlace, type DiskContent } from './content.ts';
import { openHostImage } from './host-image.ts';
import { storeOverlay } from './store-overlay.ts';

export interface CompactDisk {
  readonly head: string;
  readonly overlay: string;
  /** The content so far; absent: there is none. */
  readonly from?: ContentPlace;
  /** The version that is made. */
  readonly version: number;
  readonly base?: { readonly path: string; readonly format: ImageFormat };
}

/** Clusters compared at once. */
const BATCH = 256;

/** The base's bytes of a cluster; zeros beyond its end. */
async function baseCluster(base: DiskImage, cluster: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(CLUSTER_BYTES);
  const offset = cluster * CLUSTER_BYTES;
  const length = Math.min(CLUSTER_BYTES, base.sizeBytes - offset);
  if (length > 0) await base.read(offset, bytes.subarray(0, length));
  return bytes;
}

/** A content without what the base shows anyway. */
async function lean(
  store: Store,
  content: DiskContent,
  base: DiskImage | undefined,
  looked: (clusters: number) => void,
): Promise<DiskContent> {
  if (!base) return { segments: content.segments, zeros: [] };
  const segments = new Map<number, Float64Array>();
  for (const [segment, entries] of content.segments) {
    const kept = entries.slice();
    const there = [...kept.keys()].filter((index) => kept[index]! > 0);
    for (let at = 0; at < there.length; at += BATCH) {
      const some = there.slice(at, at + BATCH);
      const chunks = await store.getMany(some.map((index) => kept[index]!));
      for (const [order, index] of some.entries())
        if (Buffer.compare(chunks[order]!, await baseCluster(base, segment * SEGMENT_CLUSTERS + index)) === 0) kept[index] = 0;
      looked(some.length);
    }
    segments.set(segment, kept);
  }
  const zeros: Run[] = [];
  for (const [first, count] of content.zeros) {
    const end = Math.min(first + count, Math.ceil(base.sizeBytes / CLUSTER_BYTES));
    for (let cluster = first; cluster < end; cluster++) {
      if (!isZeroCluster(await baseCluster(base, cluster))) zeros.push([cluster, 1]);
      if (cluster % BATCH === 0) looked(0);
    }
  }
  return { segments, zeros: joined(zeros) };
}

/**
 * Writes the new version of the head's content; the caller then settles the overlay to it. The old version stays.
 * @throws ContractError, DiskImageError; what the signal was aborted with
 */
export async function compactDisk(
  store: Store,
  { head, overlay, from, version, base }: CompactDisk,
  progress: (progress: Progress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const between = { owner: `head:${head}`, prefix: 'compacting' };
  const image = base && (await openHostImage(base.path, base.format)).image;
  try {
    await storeOverlay(store, { overlay, ...(from ? { from } : {}), to: [between] }, progress, signal);
    const content = await readContent(store, between);
    const chunks = [...chunksOf(content)];
    let done = 0;
    const looked = (clusters: number) => {
      signal?.throwIfAborted();
      done += clusters;
      progress({ message: faultWith('step-comparing-base'), fraction: chunks.length > 0 ? done / chunks.length : 1 });
    };
    await writeContent(store, [headPlace(head, version)], await lean(store, content, image, looked));
  } finally {
    const manifests = (await store.manifests.list(between.owner)).filter(({ name }) => name.startsWith(`${between.prefix}@`));
    await store.deleteManifests(manifests.map(({ id }) => id));
    await image?.close();
  }
}
