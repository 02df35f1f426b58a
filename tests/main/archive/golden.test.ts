/**
 * A file made by the first version that could (format 1): later ones must open it. `golden-1.vivarium` is never made anew;
 * a change of format adds a file beside it. It was written from the small machine of `small-machine.ts`.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importMachine } from '../../../main/archive/import-machine.ts';
import { contentImage } from '../../../main/disks/content-image.ts';
import { readContent } from '../../../main/disks/content.ts';
import { unpackParts } from '../../../main/library/saved-parts.ts';
import { open } from '../../../main/storage/index.ts';

const GOLDEN = join(import.meta.dirname, 'golden-1.vivarium');
/** Of each snapshot: its disks, its memory where it has one, its state with its consoles. */
const SUMS = [
  ['6564cc362aad1367', 'dfeecd2231ca6f33', 'e1a5ca8d4677b370', '7e8978befe81d96b'],
  ['110fce07d3b40081', '12918dd73ca59d4f', '5f08867c890bebd1', 'c99a986d6c76fd9e'],
  ['18c5486fdcc9a742', '0f2f8ab436f65031', 'b4dc66dde806261b'],
];
const sha256 = (...bytes: readonly Uint8Array[]) => {
  const sum = createHash('sha256');
  for (const each of bytes) sum.update(each);
  return sum.digest('hex').slice(0, 16);
};

test('a file of format 1 opens, with everything in it', async () => {
  expect(statSync(GOLDEN).size).toBeLessThan(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-golden-'));
  const store = await open(join(folder, 'store.db'));
  try {
    const { machine, saved } = await importMachine(
      store,
      { file: GOLDEN, filesFolder: join(folder, 'files') },
      () => undefined,
      new AbortController().signal,
    );
    const { definition, snapshots, present } = machine;
    expect(definition).toMatchObject({ name: 'small', board: 'riscv64-virt', cores: 1, memoryMiB: 16, note: 'a note' });
    expect(sha256(readFileSync(definition.boot.kernel!))).toBe('559e60e7a27843a3');
    expect(snapshots.map(({ name }) => name)).toEqual(['snapshot 1', 'snapshot 2', 'snapshot 3']);
    expect(present).toEqual({ parent: snapshots[1]!.id, suspended: true });
    const sums: string[][] = [];
    for (const { id, disks, hasMemory } of snapshots) {
      const of: string[] = [];
      for (const { slot, sizeBytes } of disks) {
        const image = contentImage({
          content: await readContent(store, { owner: `snapshot:${id}`, prefix: `disk${slot}` }),
          reader: store,
          sizeBytes,
        });
        const bytes = Buffer.alloc(24 * 4096);
        await image.read(0, bytes);
        of.push(sha256(bytes));
      }
      const memory = (await store.manifests.list(`snapshot:${id}`)).find(({ name }) => name === 'memory');
      expect(memory !== undefined).toBe(hasMemory);
      if (memory) of.push(sha256(...(await store.getMany([...(await store.manifests.read(memory.id))]))));
      const { state, consoles } = unpackParts(saved.get(id)!);
      of.push(sha256(state ?? new Uint8Array(0), ...consoles));
      sums.push(of);
    }
    expect(sums).toEqual(SUMS);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
