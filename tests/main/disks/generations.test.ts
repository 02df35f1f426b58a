/** Generations: what is written after a snapshot point never counts as the snapshot point's, whatever comes between. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headPlace } from '../../../main/disks/content.ts';
import { openOverlayRows } from '../../../main/disks/overlay-rows.ts';
import type { OverlayMark } from '../../../main/disks/overlay-messages.ts';
import { storeOverlay } from '../../../main/disks/store-overlay.ts';
import { open } from '../../../main/storage/index.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { openOverlay, overlayIn } from './overlay.ts';

const sizeBytes = 1024 * 1024;

test('a snapshot point without a write before it, settled after the machine was stopped and started, takes nothing away', async () => {
  const folder = temporaryFolder();
  const overlay = overlayIn(folder);
  const settled = { store: join(folder, 'store.db'), head: 'one' };
  const store = await open(settled.store);
  let disk = await openOverlay({ overlay, settled, sizeBytes });
  const { generation } = disk.cut() as OverlayMark;
  await disk.close();
  disk = await openOverlay({ overlay, settled, sizeBytes });
  const written = new Uint8Array(4096).fill(7);
  await disk.write(8192, written);
  await disk.flush();

  // The snapshot point is stored only now: nothing of it is in the overlay.
  const { clusters } = await storeOverlay(store, { overlay, generation, to: [headPlace('one', 0)] });
  expect(clusters).toBe(0);
  await disk.told({ kind: 'settled', version: 0, generation });
  const found = new Uint8Array(4096);
  await disk.read(8192, found);
  expect(found).toEqual(written);
  await disk.close();
  const rows = await openOverlayRows(overlay);
  expect([...(await rows.rows()).clusters]).toEqual([2]);
  await rows.close();
  await store.close();
});

test('what is still being written is not settled', async () => {
  const folder = temporaryFolder();
  const settled = { store: join(folder, 'store.db'), head: 'one' };
  const store = await open(settled.store);
  const overlay = overlayIn(folder);
  const disk = await openOverlay({ overlay, settled, sizeBytes });
  const { generation } = disk.cut() as OverlayMark;
  await storeOverlay(store, { overlay, generation, to: [headPlace('one', 0)] });
  await expect(disk.told({ kind: 'settled', version: 0, generation: generation + 1 })).rejects.toThrow('has not ended');
  await disk.told({ kind: 'settled', version: 0, generation });
  await disk.close();
  await store.close();
});
