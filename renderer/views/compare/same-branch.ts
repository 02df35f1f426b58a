/** Whether one moment of a timeline came of another. */
import type { SnapshotId, Timeline } from '../../../preload/contract/snapshots.ts';

/** Whether `later` is `earlier`, or came after it, through any number of others. */
export function isAfter({ snapshots }: Pick<Timeline, 'snapshots'>, earlier: SnapshotId, later: SnapshotId | null): boolean {
  const parents = new Map(snapshots.map(({ id, parent }) => [id, parent]));
  for (let at: SnapshotId | null | undefined = later; at !== null && at !== undefined; at = parents.get(at))
    if (at === earlier) return true;
  return false;
}
