/** An overlay disk against a plain piece of memory: seeded operations, snapshots at random moments, reopened now and then. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { headPlace, readContent } from '../../../main/disks/content.ts';
import { contentImage } from '../../../main/disks/content-image.ts';
import { openHostImage } from '../../../main/disks/host-image.ts';
import type { OverlayMark } from '../../../main/disks/overlay-messages.ts';
import { storeOverlay } from '../../../main/disks/store-overlay.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { bytesFrom, everything, filesOf, openOverlay, overlayIn, Owner, random, type Disk } from './overlay.ts';

const SIZE = 700 * 4096 + 1536;
const BASE = 400 * 4096 + 512;
const STEPS = 900;

/** What is known of one disk and what it should hold. */
interface Trial {
  readonly next: (end: number) => number;
  readonly folder: string;
  readonly store: Store;
  readonly owner: Owner;
  disk: Disk;
  model: Uint8Array;
  /** Sectors written since the last flush: after a crash they may hold anything that was written since. */
  readonly touched: Set<number>;
  version: number;
  readonly snapshots: { readonly name: string; readonly bytes: Uint8Array }[];
}

const reopen = (trial: Pick<Trial, 'folder' | 'owner'>, overlay: string) =>
  openOverlay(
    {
      overlay,
      sizeBytes: SIZE,
      base: { path: join(trial.folder, 'base.img'), format: 'raw' },
      settled: { store: join(trial.folder, 'store.db'), head: 'h' },
    },
    trial.owner,
  );

/** A range of whole sectors, mostly small, sometimes of whole clusters. */
function rangeOf(next: (end: number) => number): { offset: number; length: number } {
  const unit = next(2) === 0 ? 512 : 4096;
  const units = Math.floor(SIZE / unit);
  const first = next(units);
  const count = Math.min(units - first, 1 + next(next(10) === 0 ? 150 : 6));
  return { offset: first * unit, length: count * unit };
}

function touch({ touched }: Trial, offset: number, length: number): void {
  for (let sector = offset / 512; sector < (offset + length) / 512; sector++) touched.add(sector);
}

async function change(trial: Trial): Promise<void> {
  const { next, disk, model } = trial;
  const { offset, length } = rangeOf(next);
  const kind = next(10);
  touch(trial, offset, length);
  if (kind < 7) {
    const bytes = bytesFrom(next, length);
    model.set(bytes, offset);
    await disk.write(offset, bytes);
  } else {
    model.fill(0, offset, offset + length);
    await (kind === 7 ? disk.discard(offset, length) : disk.zero(offset, length));
  }
}

/** Several writes under way at once, to neighbouring parts, which must not undo each other. */
async function changeTogether(trial: Trial): Promise<void> {
  const { next, disk, model } = trial;
  const first = next(Math.floor(SIZE / 512) - 24);
  const work: Promise<void>[] = [];
  touch(trial, first * 512, 24 * 512);
  for (let sector = first; sector < first + 24; sector++) {
    const bytes = bytesFrom(next, 512);
    model.set(bytes, sector * 512);
    work.push(disk.write(sector * 512, bytes));
  }
  await Promise.all(work);
}

async function snapshot(trial: Trial): Promise<void> {
  const { next, disk, store, model, snapshots } = trial;
  const mark = disk.cut() as OverlayMark;
  const bytes = model.slice();
  for (let count = next(4); count > 0; count--) await change(trial);
  await disk.told({ kind: 'commit', generation: mark.generation });
  const to = { owner: `snapshot:${snapshots.length}`, prefix: 'disk0' };
  const version = trial.version + 1;
  await storeOverlay(store, {
    overlay: overlayIn(trial.folder),
    generation: mark.generation,
    ...(trial.version > 0 ? { from: headPlace('h', trial.version) } : {}),
    to: [to, headPlace('h', version)],
  });
  snapshots.push({ name: to.owner, bytes });
  for (let count = next(3); count > 0; count--) await change(trial);
  if (next(4) === 0) return;
  await disk.told({ kind: 'settled', version, generation: mark.generation });
  trial.version = version;
}

/** Goes on from the files as they are at this moment, as after a loss of power that lost nothing the system had been given. */
async function crash(trial: Trial): Promise<void> {
  const lost = join(trial.folder, `crash-${trial.next(1e9)}`, 'overlays');
  mkdirSync(lost, { recursive: true });
  const overlay = overlayIn(trial.folder);
  for (const file of filesOf(overlay)) if (!file.endsWith('-shm')) copyFileSync(file, join(lost, basename(file)));
  const { model, touched } = trial;
  const again = await reopen(trial, join(lost, basename(overlay)));
  const found = await everything(again);
  for (let sector = 0; sector < SIZE; sector += 512) {
    const there = Buffer.from(found.buffer, sector, 512);
    if (!touched.has(sector / 512)) expect(there.compare(model, sector, sector + 512), `sector ${sector / 512}`).toBe(0);
  }
  await again.close();
}

async function check(trial: Trial): Promise<void> {
  const { next, disk, model } = trial;
  const { offset, length } = rangeOf(next);
  const bytes = new Uint8Array(length).fill(0xee);
  await disk.read(offset, bytes);
  expect(Buffer.compare(bytes, model.subarray(offset, offset + length)), `bytes ${offset} to ${offset + length}`).toBe(0);
}

async function step(trial: Trial): Promise<void> {
  const kind = trial.next(100);
  if (kind < 45) await change(trial);
  else if (kind < 52) await changeTogether(trial);
  else if (kind < 85) await check(trial);
  else if (kind < 92) {
    await trial.disk.flush();
    trial.touched.clear();
  } else if (kind < 96) await snapshot(trial);
  else if (kind < 98) await crash(trial);
  else {
    await trial.disk.close();
    trial.disk = await reopen(trial, overlayIn(trial.folder));
    trial.touched.clear();
    expect(Buffer.compare(await everything(trial.disk), trial.model)).toBe(0);
  }
}

test.each([1, 2, 3, 4])('an overlay disk is what a piece of memory is (seed %i)', async (seed) => {
  const next = random(seed);
  const folder = temporaryFolder();
  mkdirSync(dirname(overlayIn(folder)), { recursive: true });
  const base = bytesFrom(random(99), BASE);
  base.fill(7, 100, 200);
  writeFileSync(join(folder, 'base.img'), base);
  const store = await open(join(folder, 'store.db'));
  const owner = new Owner();
  const model = new Uint8Array(SIZE);
  model.set(base);
  const disk = await reopen({ folder, owner }, overlayIn(folder));
  const trial: Trial = { next, folder, store, owner, disk, model, touched: new Set(), version: 0, snapshots: [] };
  for (let count = 0; count < STEPS; count++) await step(trial);
  expect(Buffer.compare(await everything(trial.disk), trial.model)).toBe(0);
  await trial.disk.close();
  expect(trial.snapshots.length).toBeGreaterThan(5);
  for (const { name, bytes } of trial.snapshots) {
    const { image } = await openHostImage(join(folder, 'base.img'), 'raw');
    const content = await readContent(store, { owner: name, prefix: 'disk0' });
    const view = contentImage({ content, reader: store, base: image, sizeBytes: SIZE });
    expect(Buffer.compare(await everything(view), bytes), name).toBe(0);
    await view.close();
  }
  await store.close();
  expect(owner.lines).toEqual([]);
  expect(owner.troubles).toEqual([]);
});
