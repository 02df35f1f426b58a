/** A host disk that is full, and overlay files that are not what they were: clear words, nothing lost, no crash. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openOverlayFile } from '../../../main/disks/overlay-tables.ts';
import { describeWith } from '../../kit/tools.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { bytesFrom, everything, openOverlay, overlayIn, Owner, random } from './overlay.ts';

const MEBIBYTE = 1024 * 1024;
const SIZE = 24 * MEBIBYTE;

/** A file system of so many MiB that goes with the test. */
function smallFolder(mebibytes: number): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

const until = async (condition: () => boolean) => {
  while (!condition()) await wait(20);
};

/** Fills a disk with seeded bytes. @returns what it holds then */
async function fill(disk: { write(offset: number, from: Uint8Array): Promise<void> }, seed: number): Promise<Uint8Array> {
  const next = random(seed);
  const model = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 65_536) {
    const bytes = bytesFrom(next, 65_536);
    model.set(bytes, at);
    await disk.write(at, bytes);
  }
  return model;
}

describeWith(['mount'], 'a full host disk', () => {
  test('requests wait, the owner is told once, and all goes on when there is room', async () => {
    const folder = smallFolder(16);
    const ballast = join(folder, 'ballast');
    const owner = new Owner();
    const disk = await openOverlay({ overlay: overlayIn(folder), sizeBytes: 4 * MEBIBYTE }, owner);
    writeFileSync(ballast, new Uint8Array(13 * MEBIBYTE));
    const next = random(5);
    const model = new Uint8Array(4 * MEBIBYTE);
    for (let at = 0; at < model.length; at += 65_536) {
      const bytes = bytesFrom(next, 65_536);
      model.set(bytes, at);
      await disk.write(at, bytes);
    }
    let flushed = false;
    const flush = disk.flush().then(() => (flushed = true));
    await until(() => owner.troubles.length > 0);
    expect(owner.troubles[0]).toMatch(/no space left on the host: free some space/);
    expect(Buffer.compare(await everything(disk), model)).toBe(0);
    await wait(1200);
    expect([flushed, owner.troubles.length, owner.recoveries]).toEqual([false, 1, 0]);
    rmSync(ballast);
    await flush;
    expect([owner.troubles.length, owner.recoveries, owner.lines]).toEqual([1, 1, []]);
    await disk.close();
    const again = await openOverlay({ overlay: overlayIn(folder), sizeBytes: 4 * MEBIBYTE });
    expect(Buffer.compare(await everything(again), model)).toBe(0);
    await again.close();
  });

  test('a disk in trouble can be closed; what was flushed before is there', async () => {
    const folder = smallFolder(12);
    const owner = new Owner();
    const disk = await openOverlay({ overlay: overlayIn(folder), sizeBytes: SIZE }, owner);
    const first = new Uint8Array(4096).fill(1);
    await disk.write(0, first);
    await disk.flush();
    await fill({ write: (offset, from) => (offset === 0 ? Promise.resolve() : disk.write(offset, from)) }, 9);
    const flush = disk.flush().then(
      () => 'flushed',
      (error: Error) => error.message,
    );
    await until(() => owner.troubles.length > 0);
    await disk.close();
    expect(await flush).toMatch(/cannot store what the guest wrote/);
    expect(owner.lines.join()).toMatch(/lost/);
    const again = await openOverlay({ overlay: overlayIn(folder), sizeBytes: SIZE });
    const bytes = new Uint8Array(4096);
    await again.read(0, bytes);
    expect(Buffer.compare(bytes, first)).toBe(0);
    await again.close();
  });
});

/** An overlay file that was closed, with what it holds. */
async function closedOverlay(): Promise<{ overlay: string; model: Uint8Array }> {
  const overlay = overlayIn(temporaryFolder());
  const disk = await openOverlay({ overlay, sizeBytes: SIZE });
  const model = await fill(disk, 3);
  await disk.close();
  return { overlay, model };
}

describe('damaged overlays', () => {
  test('flipped bits in what the guest wrote are noticed, the rest can be read', async () => {
    const { overlay, model } = await closedOverlay();
    const file = readFileSync(overlay);
    // The middle of a page of rows, some pages in.
    const at = 30 * 65_536 + 30_000;
    file[at] = file[at]! ^ 1;
    writeFileSync(overlay, file);
    const disk = await openOverlay({ overlay, sizeBytes: SIZE });
    const failures: string[] = [];
    for (let offset = 0; offset < SIZE; offset += 4096) {
      const bytes = new Uint8Array(4096);
      await disk.read(offset, bytes).catch((error: Error) => failures.push(error.message));
      if (failures.length === 0) expect(Buffer.compare(bytes, model.subarray(offset, offset + 4096))).toBe(0);
    }
    expect(failures.length).toBe(1);
    expect(failures[0]).toMatch(
      /^the overlay .* is damaged: the 4096 bytes at \d+ of the disk do not have the checksum.*restore a snapshot/,
    );
    await disk.close();
  });

  test.each([0.1, 0.5, 0.9])('a file cut off after %d of its length is refused or says what is missing', async (part) => {
    const { overlay } = await closedOverlay();
    truncateSync(overlay, Math.floor((statSync(overlay).size * part) / 65_536) * 65_536);
    const attempt = openOverlay({ overlay, sizeBytes: SIZE }).then(async (disk) => {
      await everything(disk).finally(() => disk.close());
    });
    await expect(attempt).rejects.toThrow(/the overlay .*head\.db .*damaged: .*(Snapshots are not affected: )?restore (one|a snapshot)/s);
  });

  test.each([
    ['text', Buffer.from('this is not a database, but a text that somebody put here')],
    ['nothing but ones', Buffer.alloc(200_000, 0xff)],
  ])('%s in its place is refused with the file named', async (_what, bytes) => {
    const overlay = overlayIn(temporaryFolder());
    mkdirSync(join(overlay, '..'), { recursive: true });
    writeFileSync(overlay, bytes);
    await expect(openOverlay({ overlay, sizeBytes: SIZE })).rejects.toThrow(`the overlay ${overlay} of a disk is damaged`);
    expect(readFileSync(overlay).equals(bytes)).toBe(true);
  });

  test('an overlay of a newer version is refused and stays as it is', async () => {
    const { overlay } = await closedOverlay();
    const database = await openOverlayFile(overlay);
    await database.run("INSERT INTO migrations (number, name, applied_at) VALUES (99, 'of the future', 0)");
    await database.close();
    await expect(openOverlay({ overlay, sizeBytes: SIZE })).rejects.toThrow(/newer Vivarium/);
  });
});
