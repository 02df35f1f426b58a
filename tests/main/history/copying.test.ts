/** Copies of machines: another machine, or a template; each has the content and goes its own way. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Home } from '../../../main/library/home.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { openWholeProgram, type WholeProgram } from '../../kit/whole-program.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';

const DISK_BYTES = 2 * 2 ** 20;

async function opened(home: Home = temporaryHome(), output: (machine: string, text: string) => void = () => undefined) {
  const program = await openWholeProgram(home, { output });
  onTestFinished(() => program.close());
  return program;
}
/** A machine that is off, with a disk of its own content. */
async function withDisk(program: WholeProgram, name: string) {
  const { id } = await program.machines.create({ template: 'hello-riscv64', name });
  const bytes = randomBytes(DISK_BYTES);
  const path = join(temporaryFolder(), 'image.raw');
  writeFileSync(path, bytes);
  await program.task((await program.disks.import(id, { path, format: 'raw', copy: true })).task);
  return { id, bytes };
}
async function content(program: WholeProgram, id: MachineId): Promise<Buffer> {
  const path = join(temporaryFolder(), 'out.raw');
  await program.task((await program.disks.export(id, 0, { path, format: 'raw' })).task);
  return readFileSync(path);
}

describe('a copy', { timeout: 120_000 }, () => {
  test('of a machine that is off has its disks, under a free name, and nothing of it stays in the first one’s timeline', async () => {
    const program = await opened();
    const { id, bytes } = await withDisk(program, 'box');
    const first = await program.machines.duplicate(id);
    const second = await program.machines.duplicate(id);
    expect([first, second].map(({ definition, state, suspended }) => [definition.name, state, suspended])).toEqual([
      ['box copy', 'off', false],
      ['box copy 2', 'off', false],
    ]);
    await program.machines.delete(id);
    await program.machines.purge([id]);
    expect((await content(program, first.id)).equals(bytes)).toBe(true);
    await expect(program.machines.duplicate(first.id, 'box copy 2')).rejects.toThrow(/already a machine/);
  });
  test('of a machine that holds nothing is its definition, with an address of its own', async () => {
    const program = await opened();
    const { id } = await program.machines.create({ template: 'hello-riscv64', name: 'bare' });
    await program.machines.update(id, { note: 'mine', memoryMiB: 32 });
    const copy = await program.machines.duplicate(id, 'other');
    expect(copy.definition).toMatchObject({ name: 'other', note: 'mine', memoryMiB: 32, template: 'hello-riscv64' });
    expect((await program.snapshots.timeline(id)).snapshots).toEqual([]);
  });
  test('of a machine that runs goes on from its memory, and the first one goes on too', async () => {
    const said: string[] = [];
    const program = await opened(temporaryHome(), (_machine, text) => void said.push(text));
    const { id } = await program.machines.create({ template: 'hello-riscv64', name: 'talker' });
    // By its disk the program of this test knows whose output it is.
    await program.machines.update(id, { disks: [{ readonly: false, writes: 'overlay', sizeBytes: 65_536 }] });
    await program.machines.start(id);
    await vi.waitFor(() => expect(said.join('')).toContain('Hello'), { timeout: 60_000 });
    const copy = await program.machines.duplicate(id);
    expect(copy).toMatchObject({ state: 'off', suspended: true });
    expect((await program.machines.get(id)).state).toBe('running');
    await program.machines.start(copy.id);
    said.length = 0;
    program.type(copy.id, 'anybody there\r');
    await vi.waitFor(() => expect(said.join('')).toContain('You said: anybody there'), { timeout: 60_000 });
    for (const machine of [id, copy.id]) await program.machines.stop(machine);
  });
});

describe('a saved template', { timeout: 120_000 }, () => {
  test('is listed, makes machines with its content, outlives its machine and the program, and can be deleted', async () => {
    const home = temporaryHome();
    const first = await openWholeProgram(home, { output: () => undefined });
    const { id, bytes } = await withDisk(first, 'box');
    await first.machines.saveTemplate(id, { name: 'filled', description: 'a disk full of noise' });
    await first.machines.delete(id);
    await first.machines.purge([id]);
    await first.close();

    const program = await opened(home);
    const listed = (await program.images.templates()).find(({ name }) => name === 'filled');
    expect(listed).toMatchObject({ description: 'a disk full of noise', source: 'machine', parts: 'ready', architecture: 'riscv64' });
    const made = await program.machines.create({ template: 'filled' });
    const named = await program.machines.create({ template: 'filled', name: 'second' });
    expect([made.definition.name, named.definition.name]).toEqual(['filled', 'second']);
    expect((await content(program, made.id)).equals(bytes)).toBe(true);
    await program.images.removeTemplate('filled');
    expect((await program.images.templates()).some(({ name }) => name === 'filled')).toBe(false);
    expect((await content(program, named.id)).equals(bytes)).toBe(true);
    await expect(program.images.removeTemplate('filled')).rejects.toThrow(/not a template saved/);
  });
  test('of a machine without disks is its definition; a name that is taken is refused', async () => {
    const program = await opened();
    const { id } = await program.machines.create({ template: 'hello-riscv64', name: 'bare' });
    await program.machines.update(id, { memoryMiB: 48 });
    await program.machines.saveTemplate(id, { name: 'small', description: '' });
    expect((await program.machines.create({ template: 'small', name: 'from it' })).definition).toMatchObject({ memoryMiB: 48 });
    await expect(program.machines.saveTemplate(id, { name: 'small', description: '' })).rejects.toThrow(/already a template/);
    await expect(program.machines.saveTemplate(id, { name: 'hello-riscv64', description: '' })).rejects.toThrow(/already a template/);
  });
});
