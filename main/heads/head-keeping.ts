/**
 * The disks' side of a timeline: new heads from a snapshot's content, a head's content into a snapshot, and afterwards
 * the head's own overlay emptied, as its rows are settled in the store.
 */
import { existsSync } from 'node:fs';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { HeadId, HeadRecord } from '../library/head-records.ts';
import type { SnapshotDisk, NewSnapshotRecord, UnfinishedDisk } from '../library/snapshot-records.ts';
import { headPlace } from '../disks/content.ts';
import { headState, overlayEnd, overlayFile, removeHead, settleHead } from '../disks/heads.ts';
import { openOverlayReader } from '../disks/overlay-tables.ts';
import { FIRST_VERSION, type HeadSupply } from './head-supply.ts';
import type { JobOptions } from '../jobs/job-thread.ts';
import { headOwner, ownerOf } from '../storage/owners.ts';
import type { Storage } from '../jobs/storage.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';
import type { ContentJobs } from '../disks/content-jobs.ts';
import type { Library } from '../library/library.ts';

/** What keeping heads works with. */
export interface HeadParts {
  readonly library: Pick<Library, 'home'>;
  readonly storage: Pick<Storage<KeepingJobs & ContentJobs>, 'run'>;
  readonly spareHeads: HeadSupply;
}
type Parts = Pick<HeadParts, 'storage' | 'spareHeads'>;
type StoringParts = Pick<HeadParts, 'library' | 'storage'>;

const homeOf = ({ library }: StoringParts) => library.home.folder;
/** A disk's place among a snapshot's manifests. */
export const placeIn = (snapshot: string, slot: number) => ({ owner: ownerOf(snapshot), prefix: `disk${slot}` });

/** A disk's content that was stored for a head, to be made its settled one. */
export interface Settling {
  readonly slot: number;
  readonly head: HeadId;
  readonly version: number;
  /** Absent: everything that was in the overlay of a machine that was off, up to the row `end`. */
  readonly generation?: number;
  readonly end?: number;
}

const generationOf = ({ mark }: UnfinishedDisk): number | undefined => {
  const generation = (mark as { readonly generation?: unknown } | undefined)?.generation;
  return typeof generation === 'number' ? generation : undefined;
};

/** Makes a head for every disk of a snapshot; they are nobody's until the library says so. */
export async function headsFrom(parts: Parts, snapshot: NewSnapshotRecord, machine: MachineId): Promise<readonly HeadRecord[]> {
  const { disks } = snapshot;
  if (disks.length === 0) return [];
  const ids = await Promise.all(disks.map(() => parts.spareHeads.take()));
  const copies = disks.map(({ slot }, index) => ({ from: placeIn(snapshot.id, slot), to: headPlace(ids[index] as HeadId, FIRST_VERSION) }));
  await parts.storage.run.copyDisks({ copies });
  parts.spareHeads.prepare(disks.length);
  return disks.map(({ slot, disk, sizeBytes, base, definition }, index) => {
    const throwaway = definition.writes === 'throwaway';
    const id = ids[index] as HeadId;
    return { id, machine, disk, slot, sizeBytes, ...(base ? { base } : {}), throwaway, present: false, createdAt: Date.now() };
  });
}

/** Stores what heads hold as a snapshot's disks and, for those that go on, as their own next version. */
export async function storeDisks(
  parts: StoringParts,
  snapshot: NewSnapshotRecord,
  { goesOn, options }: { readonly goesOn: boolean; readonly options?: JobOptions },
): Promise<readonly Settling[]> {
  const settlings: Settling[] = [];
  for (const unfinished of snapshot.unfinished ?? []) {
    const { slot, head } = unfinished;
    const overlay = overlayFile(homeOf(parts), head);
    const generation = generationOf(unfinished);
    const { settledVersion } = await headState(overlay);
    const end = generation === undefined ? { end: await overlayEnd(overlay) } : {};
    const version = await parts.storage.run.nextVersion({ owner: headOwner(head) });
    const to = [placeIn(snapshot.id, slot), ...(goesOn ? [headPlace(head, version)] : [])];
    const upTo = generation === undefined ? {} : { generation };
    const from = settledVersion === undefined ? {} : { from: headPlace(head, settledVersion) };
    await parts.storage.run.storeOverlay({ overlay, ...upTo, ...from, to }, options);
    if (goesOn) settlings.push({ slot, head, version, ...upTo, ...end });
  }
  return settlings;
}

/**
 * Empties overlays whose rows are settled now.
 * @param tell speaks to the disk of a running machine that uses the head; `undefined` where none does
 */
export async function settle(
  parts: StoringParts,
  settlings: readonly Settling[],
  tell: (settling: Settling) => ((message: unknown) => Promise<unknown>) | undefined,
): Promise<void> {
  for (const settling of settlings) {
    const { head, version, generation, end } = settling;
    const overlay = overlayFile(homeOf(parts), head);
    // It went meanwhile, with its machine's return to another snapshot point; or a later version came first.
    if (!existsSync(overlay)) continue;
    const { settledVersion = -1 } = await headState(overlay);
    if (settledVersion >= version) continue;
    const told = tell(settling);
    // The machine was off and has been started since: what it writes now is not in that content.
    if (end !== undefined && (told || (await overlayEnd(overlay)) !== end)) continue;
    if (told) await told({ kind: 'settled', version, generation });
    else await settleHead(overlay, version, generation);
    await parts.storage.run.dropVersions({ owner: headOwner(head), keep: version });
  }
}

/** Removes heads that the library does not know any more. */
export async function discardHeads(parts: StoringParts, heads: readonly string[]): Promise<void> {
  if (heads.length === 0) return;
  for (const head of heads) removeHead(overlayFile(homeOf(parts), head));
  await parts.storage.run.dropOwners({ owners: heads.map(headOwner) });
}

/** Whether a head, which no machine uses, holds what its settled content does not. */
export async function hasRows(parts: StoringParts, head: HeadId): Promise<boolean> {
  const database = await openOverlayReader(overlayFile(homeOf(parts), head));
  try {
    return (
      (await database.get('SELECT 1 AS found FROM clusters WHERE generation > (SELECT settled_generation FROM state) LIMIT 1')) !==
      undefined
    );
  } finally {
    await database.close();
  }
}

/** The heads of a definition's disks, in their slots; those of disks it does not have (any more) are left out. */
export function headsOf(heads: readonly HeadRecord[], { disks }: MachineDefinition): readonly HeadRecord[] {
  return disks.flatMap(({ id }, slot) => {
    const head = heads.find(({ disk }) => disk === id);
    return head ? [{ ...head, slot }] : [];
  });
}

/** A machine's disks as they go into a snapshot, by the heads they are on. */
export function disksOn(heads: readonly HeadRecord[], definition: MachineDefinition): readonly SnapshotDisk[] {
  return heads.flatMap(({ slot, disk, sizeBytes, base }) => {
    const own = definition.disks[slot];
    return own ? [{ slot, disk, sizeBytes, ...(base ? { base } : {}), definition: own }] : [];
  });
}
