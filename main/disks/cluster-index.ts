/**
 * A number for each cluster of a disk, 0 where there is none. Memory is taken by segments of 1 GiB (2 MiB each), and none
 * for a segment that holds the same number everywhere, so that a disk of any size can be trimmed as a whole.
 */
import { SEGMENT_CLUSTERS, type Run } from './cluster.ts';

export class ClusterIndex {
  readonly #segments = new Map<number, Float64Array | number>();

  get(cluster: number): number {
    const segment = this.#segments.get(Math.floor(cluster / SEGMENT_CLUSTERS));
    if (segment === undefined) return 0;
    return typeof segment === 'number' ? segment : segment[cluster % SEGMENT_CLUSTERS]!;
  }

  set(cluster: number, value: number): void {
    this.#entries(Math.floor(cluster / SEGMENT_CLUSTERS))[cluster % SEGMENT_CLUSTERS] = value;
  }

  /** Gives all clusters of a run the same number. */
  fill([first, count]: Run, value: number): void {
    for (let at = first; at < first + count;) {
      const segment = Math.floor(at / SEGMENT_CLUSTERS);
      const start = at % SEGMENT_CLUSTERS;
      const end = Math.min(SEGMENT_CLUSTERS, start + first + count - at);
      if (end - start === SEGMENT_CLUSTERS) this.#segments.set(segment, value);
      else this.#entries(segment).fill(value, start, end);
      at += end - start;
    }
  }

  /** How many of a run's clusters have which number; neighbours with the same number come together. */
  *runs([first, count]: Run): Generator<readonly [value: number, count: number]> {
    for (let at = first; at < first + count;) {
      const segment = this.#segments.get(Math.floor(at / SEGMENT_CLUSTERS)) ?? 0;
      const end = Math.min(first + count, (Math.floor(at / SEGMENT_CLUSTERS) + 1) * SEGMENT_CLUSTERS);
      if (typeof segment === 'number') {
        yield [segment, end - at];
        at = end;
        continue;
      }
      const value = segment[at % SEGMENT_CLUSTERS]!;
      let next = at + 1;
      while (next < end && segment[next % SEGMENT_CLUSTERS] === value) next++;
      yield [value, next - at];
      at = next;
    }
  }

  /** Whether there may be something in a segment. */
  has(segment: number): boolean {
    return this.#segments.has(segment);
  }

  /** Segments in which there is something, ascending. */
  segments(): number[] {
    return [...this.#segments.keys()].sort((a, b) => a - b);
  }

  /** Replaces every number of a segment that is not 0. */
  replace(segment: number, by: (value: number) => number): void {
    const entries = this.#segments.get(segment);
    if (entries === undefined) return;
    if (typeof entries === 'number') {
      const value = entries === 0 ? 0 : by(entries);
      if (value === 0) this.#segments.delete(segment);
      else this.#segments.set(segment, value);
      return;
    }
    let left = 0;
    for (let index = 0; index < SEGMENT_CLUSTERS; index++) {
      const value = entries[index]!;
      if (value === 0) continue;
      const now = by(value);
      entries[index] = now;
      if (now !== 0) left++;
    }
    if (left === 0) this.#segments.delete(segment);
  }

  /** Clusters whose number is above 0, ascending, with the number; and runs of those below. */
  contents(): { readonly clusters: Float64Array; readonly values: Float64Array; readonly negative: readonly Run[] } {
    const segments = this.segments();
    let count = 0;
    for (const segment of segments) {
      const entries = this.#segments.get(segment)!;
      if (typeof entries === 'number') count += entries > 0 ? SEGMENT_CLUSTERS : 0;
      else for (const value of entries) if (value > 0) count++;
    }
    const clusters = new Float64Array(count);
    const values = new Float64Array(count);
    const negative: Run[] = [];
    let next = 0;
    for (const segment of segments) {
      let at = segment * SEGMENT_CLUSTERS;
      for (const [value, length] of this.runs([at, SEGMENT_CLUSTERS])) {
        if (value < 0) negative.push([at, length]);
        for (let index = 0; value > 0 && index < length; index++) {
          clusters[next] = at + index;
          values[next++] = value;
        }
        at += length;
      }
    }
    return { clusters, values, negative };
  }

  #entries(segment: number): Float64Array {
    const known = this.#segments.get(segment);
    if (typeof known === 'object') return known;
    const entries = new Float64Array(SEGMENT_CLUSTERS);
    if (known !== undefined) entries.fill(known);
    this.#segments.set(segment, entries);
    return entries;
  }
}
