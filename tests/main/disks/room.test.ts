/** What disks cost: nothing for their size, little for what was overwritten, and settled rows give their room back. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { headPlace } from '../../../main/disks/content.ts';
import { overlayBytes } from '../../../main/disks/heads.ts';
import type { OverlayHold, OverlayMark, OverlaySizes } from '../../../main/disks/overlay-messages.ts';
import { openOverlayRows } from '../../../main/disks/overlay-rows.ts';
import { storeOverlay } from '../../../main/disks/store-overlay.ts';
import { open } from '../../../main/storage/index.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { everything, openOverlay, overlayIn, random, type Disk } from './overlay.ts';

const MEBIBYTE = 1024 * 1024;
const TEBIBYTE = 2 ** 40;

async function usedBytes(disk: Disk): Promise<number> {
  return ((await disk.told({ kind: 'sizes' })) as OverlaySizes).overlayBytes;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(50);
}

/** Writes every cluster of a region in random order. */
async function overwrite(disk: Disk, clusters: number, round: number): Promise<void> {
  const next = random(round);
  const bytes = new Uint8Array(4096);
  const order = Uint32Array.from({ length: clusters }, (_, index) => index);
  for (let index = clusters - 1; index > 0; index--) {
    const other = next(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  for (const cluster of order) {
    bytes.fill(round);
    new DataView(bytes.buffer).setUint32(0, cluster);
    await disk.write(cluster * 4096, bytes);
  }
  await disk.flush();
}

const expected = (clusters: number, round: number): Uint8Array => {
  const bytes = new Uint8Array(clusters * 4096).fill(round);
  for (let cluster = 0; cluster < clusters; cluster++) new DataView(bytes.buffer).setUint32(cluster * 4096, cluster);
  return bytes;
};

test('overwriting does not let the overlay grow without end', async () => {
  const overlay = overlayIn(temporaryFolder());
  const sizeBytes = 16 * MEBIBYTE;
  const clusters = sizeBytes / 4096;
  let disk = await openOverlay({ overlay, sizeBytes });
  for (let round = 1; round <= 12; round++) await overwrite(disk, clusters, round);
  // Twelve times as much was written; 64 MiB of rows that no longer count may stay.
  await until(async () => (await usedBytes(disk)) < 96 * MEBIBYTE);
  expect(Buffer.compare(await everything(disk), expected(clusters, 12))).toBe(0);
  await disk.close();
  disk = await openOverlay({ overlay, sizeBytes });
  expect(Buffer.compare(await everything(disk), expected(clusters, 12))).toBe(0);
  await disk.close();
});

test('a guest that writes and flushes without a pause does not let the log grow', async () => {
  const overlay = overlayIn(temporaryFolder());
  const disk = await openOverlay({ overlay, sizeBytes: MEBIBYTE });
  const bytes = new Uint8Array(4096);
  let longest = 0;
  // Each flush appends a page of 64 KiB to the log: 220 MiB in all. At 128 MiB a commit waits for what copies it, however busy
  // this computer's disk is.
  for (let count = 1; count <= 3500; count++) {
    bytes.fill(count & 255 || 1);
    await disk.write((count % 256) * 4096, bytes);
    await disk.flush();
    if (count % 100 === 0) longest = Math.max(longest, statSync(`${overlay}-wal`).size);
  }
  expect(longest).toBeLessThan(136 * MEBIBYTE);
  await disk.close();
});

test('rows of which a few still count are written anew, and the rest goes', async () => {
  const overlay = overlayIn(temporaryFolder());
  const sizeBytes = 160 * MEBIBYTE;
  const clusters = sizeBytes / 4096;
  const disk = await openOverlay({ overlay, sizeBytes });
  await overwrite(disk, clusters, 1);
  // One cluster in sixteen stays as it was, so that hardly any group of rows is wholly unused.
  const bytes = new Uint8Array(4096).fill(2);
  for (let cluster = 0; cluster < clusters; cluster++) if (cluster % 16 !== 0) await disk.write(cluster * 4096, bytes);
  for (let cluster = 0; cluster < clusters; cluster++) if (cluster % 16 !== 0) await disk.zero(cluster * 4096, 4096);
  await disk.flush();
  await until(async () => (await usedBytes(disk)) < 110 * MEBIBYTE);
  const model = expected(clusters, 1);
  for (let cluster = 0; cluster < clusters; cluster++) if (cluster % 16 !== 0) model.fill(0, cluster * 4096, (cluster + 1) * 4096);
  expect(Buffer.compare(await everything(disk), model)).toBe(0);
  await disk.close();
});

test('settled rows give their room back, but not while somebody reads them', async () => {
  const folder = temporaryFolder();
  const overlay = overlayIn(folder);
  const store = await open(join(folder, 'store.db'));
  const sizeBytes = 48 * MEBIBYTE;
  const clusters = sizeBytes / 4096;
  const disk = await openOverlay({ overlay, sizeBytes, settled: { store: join(folder, 'store.db'), head: 'h' } });
  await overwrite(disk, clusters, 1);
  const held = (await disk.told({ kind: 'hold' })) as OverlayHold;
  expect(held.settledVersion).toBeUndefined();
  const { generation } = disk.cut() as OverlayMark;
  await disk.told({ kind: 'commit', generation });
  await storeOverlay(store, { overlay, generation, to: [headPlace('h', 1)] });
  await disk.told({ kind: 'settled', version: 1, generation });
  await overwrite(disk, 64, 2);
  const model = expected(clusters, 1);
  model.set(expected(64, 2));
  expect(Buffer.compare(await everything(disk), model)).toBe(0);

  await wait(300);
  const rows = await openOverlayRows(overlay);
  const kept = await rows.rows(held.generation, held.settledGeneration);
  expect(kept.clusters.length).toBe(clusters);
  const [first] = await rows.read(kept.clusters.subarray(0, 1), kept.places.subarray(0, 1));
  expect(first![4]).toBe(1);
  await rows.close();

  await disk.told({ kind: 'release' });
  await until(async () => (await usedBytes(disk)) < 4 * MEBIBYTE);
  expect(Buffer.compare(await everything(disk), model)).toBe(0);
  await until(async () => statSync(overlay).size < 16 * MEBIBYTE);
  await disk.close();
  expect(await overlayBytes(overlay)).toBeLessThan(16 * MEBIBYTE);
  await store.close();
});

test('a disk of a tebibyte opens at once, and is trimmed as a whole', async () => {
  const overlay = overlayIn(temporaryFolder());
  let disk = await openOverlay({ overlay, sizeBytes: TEBIBYTE });
  const bytes = new Uint8Array(8192).fill(3);
  const places = [0, 2 ** 39 - 4096, TEBIBYTE - 8192];
  for (const place of places) await disk.write(place, bytes);
  await disk.flush();
  await disk.close();
  const heapBefore = process.memoryUsage().arrayBuffers;
  disk = await openOverlay({ overlay, sizeBytes: TEBIBYTE });
  const read = new Uint8Array(8192);
  for (const place of places) {
    await disk.read(place, read);
    expect(Buffer.compare(read, bytes)).toBe(0);
  }
  expect(process.memoryUsage().arrayBuffers - heapBefore).toBeLessThan(64 * MEBIBYTE);
  await disk.discard(0, 2 ** 39);
  await disk.flush();
  await disk.read(places[1]!, read);
  expect([...new Set(read.subarray(0, 4096)), ...new Set(read.subarray(4096))]).toEqual([0, 3]);
  await disk.close();
  expect(await overlayBytes(overlay)).toBeLessThan(2 * MEBIBYTE);
});

test('a throwaway disk costs no flush, keeps what was written over a reboot, and is the owner’s to remove', async () => {
  const overlay = overlayIn(temporaryFolder());
  const model = expected(256, 7);
  let disk = await openOverlay({ overlay, sizeBytes: MEBIBYTE, throwaway: true });
  await disk.write(0, model);
  await disk.flush();
  expect(((await disk.told({ kind: 'sizes' })) as OverlaySizes).waitingBytes).toBeGreaterThan(MEBIBYTE);
  await disk.close();
  disk = await openOverlay({ overlay, sizeBytes: MEBIBYTE, throwaway: true });
  expect(Buffer.compare(await everything(disk), model)).toBe(0);
  await disk.close();
});
