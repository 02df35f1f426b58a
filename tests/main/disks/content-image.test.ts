/** A disk put together from stored clusters and a base reads as the bytes it was made of, at any place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentImage } from '../../../main/disks/content-image.ts';
import { readContent } from '../../../main/disks/content.ts';
import { openHostImage } from '../../../main/disks/host-image.ts';
import { open } from '../../../main/storage/index.ts';
import { Random } from '../../differential/random.ts';
import { storeDisk } from '../compare/stored-disk.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);

test(`random clusters over random bases (VIVARIUM_SEED=${SEED})`, { timeout: 60_000 }, async () => {
  const random = new Random(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-content-image-'));
  const store = await open(join(folder, 'store.db'));
  try {
    for (let round = 0; round < 6; round++) {
      const clusters = random.between(1, 60);
      const base = Buffer.alloc(random.pick([0, 1, 4096, clusters * 2048, clusters * 4096 + 512]));
      for (let at = 0; at < base.length; at++) base[at] = random.chance(0.01) ? random.below(256) : base[Math.max(0, at - 1)]!;
      const image = Buffer.alloc(clusters * 4096 + random.pick([0, 512, 1]));
      base.copy(image);
      for (let count = random.below(30); count > 0; count--) {
        const at = random.below(clusters) * 4096;
        image.fill(random.pick([0, 0, 1, 200]), at, Math.min(image.length, at + 4096 * random.between(1, 4)));
      }
      const path = join(folder, `base${round}`);
      writeFileSync(path, base);
      await storeDisk(store, `disk ${round}`, 0, image, base);
      const content = await readContent(store, { owner: `disk ${round}`, prefix: 'disk0' });
      const disk = contentImage({ content, reader: store, sizeBytes: image.length, base: (await openHostImage(path, 'raw')).image });
      for (let count = 0; count < 60; count++) {
        const at = random.below(image.length);
        const length = random.below(Math.min(20_000, image.length - at) + 1);
        const into = Buffer.alloc(length, 0xee);
        await disk.read(at, into);
        expect(into.equals(image.subarray(at, at + length)), `round ${round}, ${length} bytes at ${at}`).toBe(true);
      }
      // What is not allocated is zeros.
      const rest = Buffer.from(image);
      for await (const { offset, length } of disk.allocated!(0, image.length)) rest.fill(0, offset, offset + length);
      expect(rest.every((byte) => byte === 0)).toBe(true);
      await expect(disk.read(image.length, Buffer.alloc(1))).rejects.toThrow(/not inside a disk/);
      await disk.close();
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
