/** The directory of an overlay's rows, in memory: which row is the last one of each cluster, and of each generation. */
import { ClusterIndex } from './cluster-index.ts';
import { scanRows } from './overlay-rows.ts';
import type { OverlayStore } from './overlay-store.ts';
import type { OverlayState } from './overlay-tables.ts';
import { RowGroups } from './row-groups.ts';

/** The last place of a generation. */
export type GenerationEnd = [generation: number, place: number];

export interface OverlayDirectory {
  readonly index: ClusterIndex;
  readonly groups: RowGroups;
  /** The last place of each generation that is in the file, oldest first. */
  readonly ends: GenerationEnd[];
  /** Of the next row. */
  readonly place: number;
  readonly generation: number;
  readonly settled: { readonly version: number | undefined; readonly generation: number };
}

/** Reads the directory; rows up to `settledPlace` are to be removed. */
export async function readDirectory(
  store: OverlayStore,
  state: OverlayState,
): Promise<OverlayDirectory & { readonly settledPlace: number }> {
  const index = new ClusterIndex();
  const groups = new RowGroups();
  let { generation } = state;
  let place = 0;
  let settledPlace = 0;
  const ends: GenerationEnd[] = [];
  for await (const rows of scanRows(store.database, 0))
    for (const row of rows) {
      place = row[0];
      const [, cluster, count, written] = row;
      // Rows that a program that was killed had no time to remove: their content is settled.
      if (written <= state.settledGeneration) settledPlace = place;
      else {
        enter(index, groups, cluster, count, place);
        generation = Math.max(generation, written + 1);
        note(ends, written, place);
      }
    }
  const settled = { version: state.settledVersion, generation: state.settledGeneration };
  return { index, groups, ends, place: place + 1, generation, settled, settledPlace };
}

/** Notes that a row is the last one of its clusters. */
export function enter(index: ClusterIndex, groups: RowGroups, cluster: number, count: number, place: number): void {
  groups.add(place, count);
  if (count === 0) {
    const before = index.get(cluster);
    if (before !== 0) groups.supersede(before);
    index.set(cluster, place);
    return;
  }
  for (const [before, clusters] of index.runs([cluster, count])) if (before !== 0) groups.supersede(before, clusters);
  index.fill([cluster, count], -place);
}

/** Notes that a row is the last one of its generation so far. */
export function note(ends: GenerationEnd[], generation: number, place: number): void {
  const last = ends.at(-1);
  if (last?.[0] === generation) last[1] = place;
  else ends.push([generation, place]);
}
