/**
 * The unit of overlays and of stored disk content: a cluster of 4096 bytes. Where a disk's clusters are is kept by
 * segments of 1 GiB, made only where something is, so that the size of a disk costs nothing.
 */

export const CLUSTER_BYTES = 4096;
/** Clusters of a segment: 1 GiB. */
export const SEGMENT_CLUSTERS = 262_144;

/** Neighbouring clusters: the first and how many. */
export type Run = readonly [first: number, count: number];

const zeros = new Uint8Array(CLUSTER_BYTES);

/** Whether a cluster (or a part of one) holds only zeros. */
export function isZeroCluster(bytes: Uint8Array): boolean {
  // Most clusters differ at once; only then is the call worth it.
  if (bytes[0] !== 0 || bytes[bytes.length >> 1] !== 0) return false;
  return Buffer.compare(bytes, bytes.length === CLUSTER_BYTES ? zeros : zeros.subarray(0, bytes.length)) === 0;
}

/** Sorted runs that neither touch nor overlap, of any runs. */
export function joined(runs: Iterable<Run>): Run[] {
  const sorted = [...runs].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const result: [number, number][] = [];
  for (const [first, count] of sorted) {
    const last = result.at(-1);
    if (last && first <= last[0] + last[1]) last[1] = Math.max(last[1], first + count - last[0]);
    else result.push([first, count]);
  }
  return result;
}

/** What is left of joined runs without some clusters, given in ascending order. */
export function without(runs: readonly Run[], clusters: Iterable<number>): Run[] {
  const result: Run[] = [];
  const taken = clusters[Symbol.iterator]();
  let next = taken.next();
  for (const [first, count] of runs) {
    const end = first + count;
    let start = first;
    while (!next.done && next.value < start) next = taken.next();
    while (!next.done && next.value < end) {
      if (next.value > start) result.push([start, next.value - start]);
      start = next.value + 1;
      next = taken.next();
    }
    if (start < end) result.push([start, end - start]);
  }
  return result;
}

/** Whether a cluster is in joined runs. */
export function isIn(runs: readonly Run[], cluster: number): boolean {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const [first, count] = runs[middle]!;
    if (cluster < first) high = middle;
    else if (cluster >= first + count) low = middle + 1;
    else return true;
  }
  return false;
}
