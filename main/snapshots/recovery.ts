/**
 * Putting a timeline in order after a program that ended in the middle: what an unfinished snapshot still has is stored,
 * and what the library does not know goes.
 */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeUnusedFiles } from '../archive/unused-files.ts';
import { headState, headsOnDisk, overlayFile, removeHead } from '../disks/heads.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { SnapshotRecord, UnfinishedDisk } from '../library/snapshot-records.ts';
import { settle, storeDisks } from '../heads/head-keeping.ts';
import { headOwner, MEMORY, ownerOf } from '../storage/owners.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';

type Parts = Pick<TimelineParts, 'library' | 'storage'>;

/** @returns what was done, for the window and for `viv library repair` */
export async function recover(parts: Parts): Promise<readonly Fault[]> {
  const { library, storage } = parts;
  const [records, heads] = await Promise.all([library.snapshots.list(), library.heads.list()]);
  const done: Fault[] = [];
  for (const record of records) if (record.state === 'storing') done.push(...(await tryToFinish(parts, record, heads)));
  // What another library names, which was set aside, is not ours to remove.
  if (await isNotTheFirst(parts)) return done;
  await removeUnusedFiles(join(library.home.folder, 'imported'), (text) => library.mentions(text));
  if (records.length === 0 && heads.length === 0 && !existsSync(storage.file)) return removeUnknownOverlays(parts, new Set());
  await forgetHeads(parts);
  const known = await library.heads.list();
  const keep: { owner: string; prefix?: string }[] = (await library.snapshots.list()).map(({ id }) => ({ owner: ownerOf(id) }));
  for (const { id } of known) keep.push(await keptOf(parts, id));
  const { dropped } = await storage.run.tidy({ keep });
  if (dropped.length > 0) done.push(faultWith('recovered-store', { changes: dropped.length }));
  done.push(...removeUnknownOverlays(parts, new Set(known.map(({ id }) => id))));
  return done;
}

/** Whether stored data may belong to a library that was damaged: one lies beside, or this one has never had a machine. */
async function isNotTheFirst({ library, storage }: Parts): Promise<boolean> {
  const { folder, library: file } = library.home;
  const aside = existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(`${basename(file)}.damaged-`));
  if (aside) return true;
  if (!existsSync(storage.file) && headsOnDisk(folder).length === 0) return false;
  return !(await library.machines.hadAny());
}

/** Of a head, the version that its overlay stands on; all of them where the overlay cannot say. */
async function keptOf({ library }: Parts, head: string): Promise<{ owner: string; prefix?: string }> {
  const owner = headOwner(head);
  try {
    const { settledVersion } = await headState(overlayFile(library.home.folder, head));
    return { owner, prefix: settledVersion === undefined ? 'none@' : `v${settledVersion}@` };
  } catch {
    return { owner };
  }
}

/** One that cannot be finished now, on a full disk, keeps what it has for the next start. */
async function tryToFinish(parts: Parts, record: SnapshotRecord, heads: readonly HeadRecord[]): Promise<readonly Fault[]> {
  try {
    return await finishOrRemove(parts, record, heads);
  } catch (error) {
    const why = faultWith('snapshot-not-stored-yet', { why: causeOf(error) });
    await parts.library.snapshots.setState(record.id, 'storing', why);
    return [faultWith('recovered-later', { name: record.name, why })];
  }
}

async function finishOrRemove(parts: Parts, record: SnapshotRecord, heads: readonly HeadRecord[]): Promise<readonly Fault[]> {
  const { library, storage } = parts;
  const { id, name, unfinished = [] } = record;
  const memory = record.hasMemory && (await storage.run.hasManifest({ owner: ownerOf(id), name: MEMORY }));
  const there = await Promise.all(unfinished.map((disk) => isThere(parts, disk)));
  // One that keeps only how a machine was defined is whole with its row.
  const isDefinition = !record.hasMemory && record.disks.length === 0;
  if (there.includes(false) || (unfinished.length === 0 && !memory && !isDefinition)) {
    await library.timeline.apply({ remove: [id] });
    await storage.run.dropOwners({ owners: [ownerOf(id)] });
    return [faultWith('recovered-removed', { name })];
  }
  const mine = heads.filter((head) => unfinished.some((disk) => disk.head === head.id));
  const goesOn = mine.some(({ present }) => present);
  // A part of it may be stored already, and the whole is made anew.
  await storage.run.dropOwners({ owners: [ownerOf(id)], except: MEMORY });
  const settlings = await storeDisks(parts, record, { goesOn });
  const reason = memory || isDefinition ? undefined : faultWith('memory-not-stored');
  const retired = mine.filter(({ present }) => !present);
  await library.timeline.apply({
    finish: { id, disks: record.disks, memory, reason },
    removeHeads: retired.map((head) => head.id),
  });
  await settle(parts, settlings, () => undefined);
  return [faultWith(memory || isDefinition ? 'recovered-finished' : 'recovered-disks', { name })];
}

/** Whether a disk's content of the snapshot point is still in its overlay. */
async function isThere({ library }: Parts, { head, mark }: UnfinishedDisk): Promise<boolean> {
  try {
    const { generation } = await headState(overlayFile(library.home.folder, head));
    const marked = (mark as { readonly generation?: number } | undefined)?.generation;
    return marked === undefined || generation > marked;
  } catch {
    return false;
  }
}

/** Heads that nothing uses any more, and those that were to be forgotten when their machine stopped. */
async function forgetHeads({ library }: Parts): Promise<void> {
  const needed = new Set((await library.snapshots.list()).flatMap(({ unfinished = [] }) => unfinished.map(({ head }) => head)));
  for (const { id, machine, present, throwaway } of await library.heads.list()) {
    if (needed.has(id)) continue;
    const ended = throwaway && !(await library.timeline.present(machine)).suspended;
    if (!present || ended) await library.heads.remove(id);
  }
}

function removeUnknownOverlays({ library }: Parts, known: ReadonlySet<string>): readonly Fault[] {
  const { folder } = library.home;
  const unknown = headsOnDisk(folder).filter((head) => !known.has(head));
  for (const head of unknown) removeHead(overlayFile(folder, head));
  return unknown.length > 0 ? [faultWith('recovered-overlays', { files: unknown.length })] : [];
}
