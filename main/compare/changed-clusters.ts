/**
 * Which clusters of a disk differ between two states: those whose chunks differ, and, where one of them comes from a base
 * image, those whose bytes do. Equal chunks have equal numbers, so most of a disk is never read.
 */
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import { CLUSTER_BYTES, joined, type Run } from '../disks/cluster.ts';
import type { DiskContent } from '../disks/content.ts';
import { sourceOf, storedRuns } from './cluster-sources.ts';

/** One of the two states of a disk. */
export interface DiskState {
  readonly content: DiskContent;
  readonly disk: DiskImage;
  /** The base's file; two states above the same one share what shows through. */
  readonly basePath: string | undefined;
}

/** Clusters compared by bytes in one go: 1 MiB. */
const STEP = 256;

/** @returns joined runs, ascending. @throws what reading the disks throws; what `signal` was aborted with */
export async function changedClusters(before: DiskState, after: DiskState, signal: AbortSignal): Promise<Run[]> {
  const changed: Run[] = [];
  for (const [first, count] of await candidates(before, after)) {
    for (let at = first; at < first + count; at += STEP) {
      signal.throwIfAborted();
      changed.push(...(await differing(before, after, [at, Math.min(STEP, first + count - at)])));
    }
  }
  return joined(changed);
}

/** Clusters that can differ at all. */
async function candidates(before: DiskState, after: DiskState): Promise<Run[]> {
  const contents = [before, after].flatMap(({ content }) => [...storedRuns(content), ...content.zeros]);
  if (before.basePath === after.basePath && before.disk.sizeBytes === after.disk.sizeBytes) return within(contents, before, after);
  const shown: Run[] = [];
  for (const { disk } of [before, after])
    for await (const { offset, length } of disk.allocated?.(0, disk.sizeBytes) ?? []) {
      const start = Math.floor(offset / CLUSTER_BYTES);
      shown.push([start, Math.ceil((offset + length) / CLUSTER_BYTES) - start]);
    }
  return within([...contents, ...shown], before, after);
}

/** Stored clusters may lie behind the end of a disk that was larger; nobody sees them. */
function within(runs: readonly Run[], before: DiskState, after: DiskState): Run[] {
  const end = Math.ceil(Math.max(before.disk.sizeBytes, after.disk.sizeBytes) / CLUSTER_BYTES);
  return joined(runs.map(([first, count]): Run => [first, Math.min(count, end - first)]));
}

async function differing(before: DiskState, after: DiskState, [first, count]: Run): Promise<Run[]> {
  const changed: Run[] = [];
  const unsure: Run[] = [];
  const sameBase = before.basePath === after.basePath;
  for (let cluster = first; cluster < first + count; cluster++) {
    const [one, other] = [sourceOf(before.content, cluster), sourceOf(after.content, cluster)];
    const isBase = one === 'base' || other === 'base';
    const isInside = (cluster + 1) * CLUSTER_BYTES <= Math.min(before.disk.sizeBytes, after.disk.sizeBytes);
    if (one === other && isInside && (!isBase || sameBase)) continue;
    // No chunk holds only zeros, so different sources are different bytes, unless a base or an end is involved.
    if (isInside && !isBase) changed.push([cluster, 1]);
    else unsure.push([cluster, 1]);
  }
  for (const run of joined(unsure)) changed.push(...(await differingBytes(before.disk, after.disk, run)));
  return changed;
}

async function differingBytes(before: DiskImage, after: DiskImage, [first, count]: Run): Promise<Run[]> {
  const bytesOf = async (disk: DiskImage) => {
    const bytes = Buffer.alloc(count * CLUSTER_BYTES);
    const there = Math.max(0, Math.min(bytes.length, disk.sizeBytes - first * CLUSTER_BYTES));
    if (there > 0) await disk.read(first * CLUSTER_BYTES, bytes.subarray(0, there));
    return bytes;
  };
  const [one, other] = [await bytesOf(before), await bytesOf(after)];
  const changed: Run[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * CLUSTER_BYTES;
    if (one.compare(other, at, at + CLUSTER_BYTES, at, at + CLUSTER_BYTES) !== 0) changed.push([first + index, 1]);
  }
  return changed;
}
