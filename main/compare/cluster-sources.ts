/** Where each cluster of a stored disk comes from: what two states are compared by before a single byte is read. */
import { isIn, joined, SEGMENT_CLUSTERS, type Run } from '../disks/cluster.ts';
import type { DiskContent } from '../disks/content.ts';

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
