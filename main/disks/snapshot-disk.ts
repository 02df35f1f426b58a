/** A disk as a snapshot holds it, put together from stored clusters and the base below, and only read. */
import { checkRange, type DiskImage, type Extent } from '../../emulator/disk/disk-image.ts';
import type { ChunkReader } from '../storage/index.ts';
import { CLUSTER_BYTES, isIn, joined, SEGMENT_CLUSTERS, type Run } from './cluster.ts';
import type { DiskContent } from './content.ts';

/** What a cluster is: a chunk's number, zeros, or the base's. */
export type ClusterSource = number | 'zeros' | 'base';

/** Where a cluster of a content comes from. */
export function sourceOf({ segments, zeros }: DiskContent, cluster: number): ClusterSource {
  const chunk = segments.get(Math.floor(cluster / SEGMENT_CLUSTERS))?.[cluster % SEGMENT_CLUSTERS] ?? 0;
  if (chunk > 0) return chunk;
  return zeros.length > 0 && isIn(zeros, cluster) ? 'zeros' : 'base';
}

/** The clusters that have a chunk, as runs. */
export function storedRuns({ segments }: DiskContent): Run[] {
  const runs: [number, number][] = [];
  for (const [segment, entries] of segments) {
    let last: [number, number] | undefined;
    for (let index = 0; index < entries.length; index++) {
      if (!(entries[index]! > 0)) last = undefined;
      else if (last) last[1]++;
      else runs.push((last = [segment * SEGMENT_CLUSTERS + index, 1]));
    }
  }
  return joined(runs);
}

export interface SnapshotDiskOptions {
  /** What the guest saw. */
  readonly sizeBytes: number;
  /** What shows through; behind its end, and where there is none, are zeros. Closed with the disk. */
  readonly base?: DiskImage;
}

/** @throws (from reads) DamagedChunkError, StorageError, DiskImageError; `range` for a place outside */
export function snapshotDisk(reader: ChunkReader, content: DiskContent, { sizeBytes, base }: SnapshotDiskOptions): DiskImage {
  async function readBase(offset: number, into: Uint8Array): Promise<void> {
    const there = base ? Math.max(0, Math.min(into.length, base.sizeBytes - offset)) : 0;
    if (base && there > 0) await base.read(offset, into.subarray(0, there));
    into.fill(0, there);
  }

  async function read(offset: number, into: Uint8Array): Promise<void> {
    checkRange(sizeBytes, offset, into.length);
    const end = offset + into.length;
    const wanted: { readonly chunk: number; readonly cluster: number }[] = [];
    let based: number | undefined;
    const flush = async (until: number) => {
      if (based !== undefined) await readBase(based, into.subarray(based - offset, until - offset));
      based = undefined;
    };
    for (let at = offset; at < end; at = (Math.floor(at / CLUSTER_BYTES) + 1) * CLUSTER_BYTES) {
      const cluster = Math.floor(at / CLUSTER_BYTES);
      const source = sourceOf(content, cluster);
      // Neighbours of the base are read together.
      if (source === 'base') based ??= at;
      else await flush(at);
      if (source === 'zeros') into.fill(0, at - offset, Math.min(end, (cluster + 1) * CLUSTER_BYTES) - offset);
      else if (source !== 'base') wanted.push({ chunk: source, cluster });
    }
    await flush(end);
    if (wanted.length === 0) return;
    const chunks = await reader.getMany(wanted.map(({ chunk }) => chunk));
    for (const [index, { cluster }] of wanted.entries()) {
      const place = cluster * CLUSTER_BYTES;
      const start = Math.max(place, offset);
      into.set(chunks[index]!.subarray(start - place, Math.min(end, place + CLUSTER_BYTES) - place), start - offset);
    }
  }

  return {
    sizeBytes,
    read,
    allocated: (offset, length) => allocatedIn(content, sizeBytes, base, offset, length),
    close: async () => base?.close(),
  };
}

/** Stored clusters, and what the base may hold, without what is covered by zeros only where that is a whole extent. */
async function* allocatedIn(
  content: DiskContent,
  sizeBytes: number,
  base: DiskImage | undefined,
  offset: number,
  length: number,
): AsyncGenerator<Extent> {
  checkRange(sizeBytes, offset, length);
  const [first, end] = [Math.floor(offset / CLUSTER_BYTES), Math.ceil((offset + length) / CLUSTER_BYTES)];
  const runs: Run[] = storedRuns(content);
  if (base) {
    const reach = Math.min(offset + length, base.sizeBytes) - offset;
    const whole = (async function* () {
      yield { offset, length: reach };
    })();
    if (reach > 0)
      for await (const extent of base.allocated?.(offset, reach) ?? whole) {
        const start = Math.floor(extent.offset / CLUSTER_BYTES);
        runs.push([start, Math.ceil((extent.offset + extent.length) / CLUSTER_BYTES) - start]);
      }
  }
  for (const [start, count] of joined(runs)) {
    const from = Math.max(start, first) * CLUSTER_BYTES;
    const to = Math.min(start + count, end) * CLUSTER_BYTES;
    const clipped = [Math.max(from, offset), Math.min(to, offset + length)] as const;
    if (clipped[1] > clipped[0]) yield { offset: clipped[0], length: clipped[1] - clipped[0] };
  }
}
