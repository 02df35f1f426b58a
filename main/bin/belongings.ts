/** What belongs to a machine alone, and what would return to the host with it. */
import type { MachineId } from '../../preload/contract/machines.ts';
import { overlayBytes, overlayFile } from '../disks/heads.ts';
import type { HeadParts } from '../heads/head-keeping.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import type { Purged } from '../library/machine-purge.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import { headOwner, ownerOf } from '../storage/owners.ts';

/** Ids of snapshots, deleted ones too, and of heads. */
export type Belongings = Pick<Purged, 'snapshots' | 'heads'>;

export interface BelongingsParts extends Pick<HeadParts, 'storage'> {
  readonly library: Library;
}

/** @param snapshots the machine's; @param heads of any machine */
export const belongingsOf = (machine: MachineId, snapshots: readonly SnapshotRecord[], heads: readonly HeadRecord[]): Belongings => ({
  snapshots: snapshots.map(({ id }) => id),
  heads: heads.filter((head) => head.machine === machine).map(({ id }) => id),
});

/** Bytes on the host, in overlays and in the store, that would return with each, by its key. */
export async function freedBy<K extends string>(
  { library, storage }: BelongingsParts,
  all: ReadonlyMap<K, Belongings>,
): Promise<Map<K, number>> {
  const freed = new Map<K, number>();
  for (const [key, { heads }] of all) {
    const sizes = await Promise.all(heads.map((head) => overlayBytes(overlayFile(library.home.folder, head))));
    freed.set(
      key,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
  }
  const groups = Object.fromEntries(
    [...all].map(([key, { snapshots, heads }]) => [key, [...snapshots.map(ownerOf), ...heads.map(headOwner)]]),
  );
  if (Object.values(groups).every((owners) => owners.length === 0)) return freed;
  const stored = await storage.run.freedBy({ groups });
  for (const key of all.keys()) freed.set(key, (freed.get(key) ?? 0) + (stored.get(key) ?? 0));
  return freed;
}
