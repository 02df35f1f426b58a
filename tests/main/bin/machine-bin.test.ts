/** Machines deleted for good: their space returns, what was branched from them stays whole, and a crash loses nothing else. */
import { taskMessage } from '../../../preload/contract/task-words.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../main/library/database.ts';
import type { Home } from '../../../main/library/home.ts';
import { openLibrary } from '../../../main/library/library.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { openWholeProgram, type WholeProgram } from '../../kit/whole-program.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';

const MEBIBYTE = 1024 * 1024;
const DISK_BYTES = 12 * MEBIBYTE;

async function opened(home: Home): Promise<WholeProgram> {
  const program = await openWholeProgram(home, { output: () => undefined });
  onTestFinished(() => program.close());
  return program;
}
/** What a home's stored data takes on the host. */
function hostBytes({ folder }: Home): number {
  const overlays = join(folder, 'overlays');
  const files = [...(existsSync(overlays) ? readdirSync(overlays).map((name) => join(overlays, name)) : []), join(folder, 'store.db')];
  return [...files, join(folder, 'store.db-wal')].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0);
}
/** The overlay files of a machine's disks, as the library knows them. */
async function overlaysOf(home: Home, machine: MachineId): Promise<string[]> {
  const database = await openDatabase(home.library);
  try {
    return (await database.all('SELECT id FROM heads WHERE machine = ?', machine)).map(({ id }) => `${String(id)}.db`);
  } finally {
    await database.close();
  }
}
const overlaysIn = ({ folder }: Home) => readdirSync(join(folder, 'overlays'));

/** A machine that is off, whose disk holds bytes that nothing else holds; `snapshot` is of them. */
async function withDisk(program: WholeProgram, name: string) {
  const { id } = await program.machines.create({ template: 'hello-riscv64', name });
  const bytes = randomBytes(DISK_BYTES);
  const path = join(temporaryFolder(), 'image.raw');
  writeFileSync(path, bytes);
  await program.task((await program.disks.import(id, { path, format: 'raw', copy: true })).task);
  const { snapshot } = await program.snapshots.create(id, { name: 'filled' });
  await program.stored(id, snapshot.id);
  return { id, bytes, snapshot: snapshot.id };
}
/** What a machine's first disk holds. */
async function content(program: WholeProgram, id: MachineId): Promise<Buffer> {
  const path = join(temporaryFolder(), 'out.raw');
  await program.task((await program.disks.export(id, 0, { path, format: 'raw' })).task);
  return readFileSync(path);
}
const lastWords = async (program: WholeProgram, id: string) => taskMessage((await program.tasks.list()).find((task) => task.id === id)!);

describe('deleting for good', { timeout: 60_000 }, () => {
  test('gives the space back, and what was branched stays as it was', async () => {
    const home = temporaryHome();
    const program = await opened(home);
    const kept = await withDisk(program, 'kept');
    const keptOverlays = await overlaysOf(home, kept.id);
    const box = await withDisk(program, 'box');
    const branch = await program.machines.get((await program.snapshots.branch(box.snapshot, { name: 'branch', start: false })).id);
    const other = await withDisk(program, 'other');
    const [own] = (await program.snapshots.timeline(other.id)).snapshots;
    expect(own?.name).toBe('filled');
    await program.machines.delete(box.id);
    await program.machines.delete(other.id);
    const bin = await program.machines.bin();
    expect(bin.map(({ definition, snapshots, protectedSnapshots }) => [definition.name, snapshots, protectedSnapshots])).toEqual([
      ['other', 1, []],
      ['box', 1, []],
    ]);
    // The branch has all that `box` has, but nobody else has what `other` has.
    expect(bin[0]!.freedBytes).toBeGreaterThan(DISK_BYTES);
    expect(bin[1]!.freedBytes).toBeLessThan(MEBIBYTE);
    const full = hostBytes(home);
    const purgedOverlays = (await Promise.all([other.id, box.id, branch.id].map((id) => overlaysOf(home, id)))).flat();
    expect(purgedOverlays).toHaveLength(3);
    const { task } = await program.machines.purge([other.id]);
    await program.task(task);
    expect(await lastWords(program, task)).toMatch(/^1[23]([.]\d)? MiB freed$/);
    expect(full - hostBytes(home)).toBeGreaterThan(DISK_BYTES);
    await program.task((await program.machines.purge([box.id])).task);
    expect(await program.machines.bin()).toEqual([]);
    expect((await content(program, branch.id)).equals(box.bytes)).toBe(true);
    const [root] = (await program.snapshots.timeline(branch.id)).snapshots;
    await program.snapshots.restore(root!.id);
    expect((await content(program, branch.id)).equals(box.bytes)).toBe(true);
    await program.machines.delete(branch.id);
    await program.task((await program.machines.purge([branch.id])).task);
    expect(hostBytes(home)).toBeLessThan(DISK_BYTES + 2 * MEBIBYTE);
    expect((await content(program, kept.id)).equals(kept.bytes)).toBe(true);
    // Spare ones that no machine uses yet may lie beside them.
    expect(overlaysIn(home)).toEqual(expect.arrayContaining(keptOverlays));
    expect(overlaysIn(home).filter((name) => purgedOverlays.includes(name))).toEqual([]);
    await program.task((await program.snapshots.checkAll()).task);
  });

  test('is refused for machines in use and for protected snapshots, and then for all of them', async () => {
    const home = temporaryHome();
    const program = await opened(home);
    const first = await withDisk(program, 'first');
    const second = await withDisk(program, 'second');
    await expect(program.machines.purge([first.id])).rejects.toThrow('"first" is not in the bin: delete it first');
    await program.snapshots.change(second.snapshot, { protected: true });
    await program.machines.delete(first.id);
    await program.machines.delete(second.id);
    expect((await program.machines.bin())[0]?.protectedSnapshots).toEqual(['filled']);
    await expect(program.machines.purge([first.id, second.id])).rejects.toThrow(
      '"second" cannot be deleted permanently, because its snapshot "filled" is protected: restore it and unprotect it first',
    );
    await expect(program.machines.purge(['nobody' as MachineId])).rejects.toThrow('this machine is no longer in the bin');
    await program.machines.undelete(first.id);
    expect((await content(program, first.id)).equals(first.bytes)).toBe(true);
  });

  test.for(['delete', 'undo'] as const)('%s waits for a snapshot that is being stored', async (way) => {
    const home = temporaryHome();
    const program = await opened(home);
    const { definition } = await program.machines.create({ template: 'hello-riscv64', name: 'like it' });
    const disks = [{ readonly: false, writes: 'overlay', sizeBytes: DISK_BYTES }] as const;
    const { id } = await program.machines.create({ definition: { ...definition, name: 'box', disks } });
    await program.machines.start(id);
    const { snapshot } = await program.snapshots.create(id, { name: 'last' });
    await program.machines.stop(id);
    await program.machines[way](id);
    expect((await program.machines.bin())[0]?.snapshots).toBe(1);
    await program.machines.undelete(id);
    expect((await program.snapshots.timeline(id)).snapshots.find((one) => one.id === snapshot.id)).toMatchObject({
      state: 'ready',
      hasMemory: true,
    });
  });

  test.for([{ others: 1 }, { others: 0 }])('killed before the space was given back, with $others other machines', async ({ others }) => {
    const home = temporaryHome();
    const first = await openWholeProgram(home, { output: () => undefined });
    const kept = others > 0 ? await withDisk(first, 'kept') : undefined;
    const { id } = await withDisk(first, 'box');
    await first.machines.delete(id);
    await first.close();
    // The library's transaction is the only thing that a killed program has done for sure.
    const library = await openLibrary(home, { program: 'the test' });
    await library.machines.purge([id]);
    await library.close();
    expect(hostBytes(home)).toBeGreaterThan((others + 1) * DISK_BYTES);
    const second = await opened(home);
    await second.snapshots.checkAll().then(({ task }) => second.task(task));
    expect(hostBytes(home)).toBeLessThan(others * DISK_BYTES + MEBIBYTE);
    expect(overlaysIn(home)).toHaveLength(others);
    if (kept) expect((await content(second, kept.id)).equals(kept.bytes)).toBe(true);
  });
});
