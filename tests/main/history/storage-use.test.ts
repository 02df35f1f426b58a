/** What the library takes of the disk adds up to what its files take, and tells machines apart. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hostBytes } from '../../../main/history/storage-use.ts';
import { openWholeProgram } from '../../kit/whole-program.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';

const MEBI = 2 ** 20;

test('a folder takes what its files take, and what is not there takes nothing', async () => {
  const folder = temporaryFolder();
  const empty = await hostBytes(folder);
  mkdirSync(join(folder, 'inside'));
  writeFileSync(join(folder, 'inside', 'file'), randomBytes(3 * MEBI));
  const more = (await hostBytes(folder)) - empty;
  expect(more).toBeGreaterThanOrEqual(3 * MEBI);
  expect(more).toBeLessThan(3.5 * MEBI);
  expect(await hostBytes(join(folder, 'not here'))).toBe(0);
});

test('a machine counts with its own bytes, the bin with what it would free, and all is as much as the files', async () => {
  const home = temporaryHome();
  const program = await openWholeProgram(home, { output: () => undefined });
  onTestFinished(() => program.close());
  const filled = async (name: string, bytes: number) => {
    const { id } = await program.machines.create({ template: 'hello-riscv64', name });
    const path = join(temporaryFolder(), 'image.raw');
    writeFileSync(path, randomBytes(bytes));
    await program.task((await program.disks.import(id, { path, format: 'raw', copy: true })).task);
    const { snapshot } = await program.snapshots.create(id, { name: 'filled' });
    await program.stored(id, snapshot.id);
    return id;
  };
  const large = await filled('large', 8 * MEBI);
  const small = await filled('small', 2 * MEBI);
  const gone = await filled('gone', 4 * MEBI);
  await program.machines.delete(gone);
  const use = await program.application.storageUse();
  expect(use.machines.map(({ id, name }) => [id, name])).toEqual([
    [large, 'large'],
    [small, 'small'],
  ]);
  const [first, second] = use.machines.map(({ bytes }) => bytes) as [number, number];
  const imported = use.shared.imported;
  expect(first + second + use.binBytes + imported).toBeGreaterThan(14 * MEBI);
  expect(first).toBeGreaterThan(second);
  expect(use.totalBytes).toBe(first + second + use.binBytes + Object.values(use.shared).reduce((sum, bytes) => sum + bytes, 0));
  const host = await program.application.hostFigures();
  expect(host.diskFreeBytes).toBeLessThanOrEqual(host.diskBytes);
  expect(host.cpuPercent).toBeGreaterThanOrEqual(0);
  expect(host.cpuPercent).toBeLessThanOrEqual(100);
});
