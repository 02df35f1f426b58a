/**
 * The tree of snapshots as branches on lanes: the way from its root to Now is one branch on lane 0, every other
 * branch has the nearest lane that is free for as long as it lasts, so that lines do not cross.
 */
import type { Present, Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';

/** Now is a place in the tree, but never a snapshot itself. */
export const NOW = 'now';
export type PlaceId = SnapshotId | typeof NOW;

export interface Place {
  readonly id: PlaceId;
  readonly lane: number;
  /** On the way from its root to Now. */
  readonly current: boolean;
  /** Index of the place it came after; -1 at a root. */
  readonly parent: number;
}

/** Index of each place's parent: places are the snapshots in their order and then Now. A parent that is gone is none. */
function parents(snapshots: readonly Snapshot[], present: Present): readonly number[] {
  const at = new Map(snapshots.map(({ id }, index) => [id, index]));
  return [...snapshots.map(({ parent }) => parent), present.parent].map((parent) => (parent === null ? -1 : (at.get(parent) ?? -1)));
}

/** The last index under each place, itself included. Children always come after their parents. */
function lastBelow(parentOf: readonly number[]): number[] {
  const last = parentOf.map((_parent, index) => index);
  for (let index = parentOf.length - 1; index >= 0; index--) {
    const parent = parentOf[index] as number;
    if (parent >= 0) last[parent] = Math.max(last[parent] as number, last[index] as number);
  }
  return last;
}

/** Which child goes on in its parent's lane: the one that leads to Now, else the one that leads furthest. */
function heirs(parentOf: readonly number[], last: readonly number[]): ReadonlyMap<number, number> {
  const heir = new Map<number, number>();
  parentOf.forEach((parent, index) => {
    const rival = heir.get(parent);
    if (parent >= 0 && (rival === undefined || (last[index] as number) > (last[rival] as number))) heir.set(parent, index);
  });
  return heir;
}

interface Span {
  readonly from: number;
  readonly to: number;
}
/** The first lane from 1 on that nobody uses between two indexes. */
function freeLane(lanes: Span[][], span: Span): number {
  let lane = 1;
  while (lanes[lane]?.some(({ from, to }) => from < span.to && span.from < to)) lane++;
  (lanes[lane] ??= []).push(span);
  return lane;
}

/** @param snapshots - oldest first */
export function placesOf(snapshots: readonly Snapshot[], present: Present): readonly Place[] {
  const parentOf = parents(snapshots, present);
  const last = lastBelow(parentOf);
  const heir = heirs(parentOf, last);
  const ids: readonly PlaceId[] = [...snapshots.map(({ id }) => id), NOW];
  const current = new Set<number>();
  for (let index = ids.length - 1; index >= 0; index = parentOf[index] as number) current.add(index);

  const lane = parentOf.map(() => 0);
  const lanes: Span[][] = [];
  // Later forks first: they get the nearer lanes, and the lines of earlier ones pass before them.
  for (let index = ids.length - 1; index >= 0; index--) {
    const parent = parentOf[index] as number;
    if (current.has(index) || (parent >= 0 && heir.get(parent) === index)) continue;
    const branch = [index];
    for (let next = heir.get(index); next !== undefined; next = heir.get(next)) branch.push(next);
    const found = freeLane(lanes, { from: parent < 0 ? index - 0.5 : parent, to: (branch.at(-1) as number) + 0.5 });
    for (const member of branch) lane[member] = found;
  }
  return ids.map((id, index) => ({
    id,
    lane: lane[index] as number,
    current: current.has(index),
    parent: parentOf[index] as number,
  }));
}
