/** What the library takes of the disk adds up to what its files take, and tells machines apart. */
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hostBytes } from '../../../main/history/storage-use.ts';
import { describeWith } from '../../kit/tools.ts';
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

describeWith(['du'], 'beside du', () => {
  test('what a timeline says of its snapshots, what the usage says of all, and what the files take are one sum', async () => {
    const home = temporaryHome();
    const program = await openWholeProgram(home, { output: () => undefined });
    onTestFinished(() => program.close());
    const { id } = await program.machines.create({ template: 'hello-riscv64', name: 'box' });
    const path = join(temporaryFolder(), 'image.raw');
    writeFileSync(path, randomBytes(6 * MEBI));
    await program.task((await program.disks.import(id, { path, format: 'raw', copy: true })).task);
    await program.machines.start(id);
    for (const name of ['one', 'two', 'three']) {
      const { snapshot } = await program.snapshots.create(id, { name });
      await program.stored(id, snapshot.id);
    }
    await program.machines.stop(id);
    // Sizes are measured a little after the last change.
    const measured = async () => {
      const { snapshots, storedBytes } = await program.snapshots.timeline(id);
      const own = snapshots.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
      const shared = snapshots.map(({ sharedBytes }) => sharedBytes);
      // Together they take what each has alone and, once, what they share.
      expect(storedBytes).toBeGreaterThanOrEqual(own + Math.max(...shared) - snapshots.length);
      expect(storedBytes).toBeLessThanOrEqual(own + shared.reduce((sum, bytes) => sum + bytes, 0) + snapshots.length);
      return storedBytes;
    };
    await vi.waitFor(measured, { timeout: 60_000, interval: 100 });
    // What SQLite has yet to put in its place lies in a file beside it for a while, and may go between the two looks.
    const beside = async () => {
      const use = await program.application.storageUse();
      const du = Number(execFileSync('du', ['-s', '--block-size=1', home.folder], { encoding: 'utf8' }).split('\t')[0]);
      const cacheOutside = use.folder === home.folder && use.shared.cache > 0 ? use.shared.cache : 0;
      expect(Math.abs(use.totalBytes - cacheOutside - du)).toBeLessThan(0.02 * du + MEBI / 4);
      return { use, du };
    };
    const { use, du } = await vi.waitFor(beside, { timeout: 60_000, interval: 200 });
    const stored = await measured();
    const [box] = use.machines;
    expect(stored).toBeLessThanOrEqual((box?.bytes ?? 0) + use.shared.shared + use.shared.imported);
    expect(stored).toBeLessThan(du);
  }, 180_000);
});
