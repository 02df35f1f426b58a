/** Host files that disks of several machines use: refused at the start, told when the disk is added. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { diskLibrary, type DiskLibrary } from './disk-library.ts';

function imageIn(home: DiskLibrary): string {
  const path = home.path('disk.img');
  writeFileSync(path, Buffer.alloc(1024 * 1024));
  symlinkSync(path, home.path('link.img'));
  return path;
}
async function made(home: DiskLibrary, ...disks: DiskDefinition[]) {
  const id = await home.machine(...disks);
  const record = await home.library.machines.get(id);
  const { name } = record.definition;
  return {
    id,
    name,
    claim: () => home.attaching.claim(record, record.definition),
    warnings: async () => (await home.service.list(id)).map(({ warning }) => warning && wordsOf(warning)),
  };
}

test('two machines that write into one file: the second waits for the first to end', async () => {
  const home = await diskLibrary();
  const path = imageIn(home);
  const one = await made(home, { path, format: 'raw', readonly: false });
  const two = await made(home, { path: home.path('link.img'), format: 'raw', readonly: false });
  expect(await two.warnings()).toEqual([
    `${home.path('link.img')} is also disk 1 of "${one.name}": only one of the machines can run at a time`,
  ]);
  await one.claim();
  await expect(two.claim()).rejects.toThrow(`link.img cannot be written now: "${one.name}" has it in use`);
  home.attaching.release(one.id);
  await two.claim();
});

test('overlays and read-only disks share a base, which nobody writes meanwhile', async () => {
  const home = await diskLibrary();
  const path = imageIn(home);
  const throwaway = await made(home, { path, format: 'raw', readonly: false, writes: 'throwaway' });
  const reader = await made(home, { path, format: 'raw', readonly: true });
  const writer = await made(home, { path, format: 'raw', readonly: false });
  await throwaway.claim();
  await reader.claim();
  await expect(writer.claim()).rejects.toThrow(/reads it, as the base of a disk or read-only/);
  home.attaching.release(throwaway.id);
  home.attaching.release(reader.id);
  await writer.claim();
  await expect(throwaway.claim()).rejects.toThrow(`cannot be read now: "${writer.name}" has it in use`);
});

test('the base of an overlay is not written, though its machine is off', async () => {
  const home = await diskLibrary();
  const path = imageIn(home);
  const overlay = await made(home, { path, format: 'raw', readonly: false, writes: 'overlay' });
  await overlay.claim();
  home.attaching.release(overlay.id);
  const writer = await made(home, { path: home.path('link.img'), format: 'raw', readonly: false });
  await expect(writer.claim()).rejects.toThrow(
    `is the base image of a disk of "${overlay.name}", and writing to it would corrupt that disk`,
  );
  await overlay.claim();
});

test('one file as two disks of one machine', async () => {
  const home = await diskLibrary();
  const path = imageIn(home);
  const twice = await made(home, { path, format: 'raw', readonly: false }, { path: home.path('link.img'), format: 'raw', readonly: true });
  expect((await twice.warnings())[0]).toContain('is also disk 2 of this machine');
  await expect(twice.claim()).rejects.toThrow('are the same file');
  const reads = await made(home, { path, format: 'raw', readonly: true }, { path, format: 'raw', readonly: true });
  await reads.claim();
});

test('an import does not read what a machine writes', async () => {
  const home = await diskLibrary();
  const path = imageIn(home);
  const writer = await made(home, { path, format: 'raw', readonly: false });
  await writer.claim();
  const other = await made(home);
  for (const copy of [true, false])
    expect(await home.ended(await home.service.import(other.id, { path, copy }))).toContain(`"${writer.name}" has it in use`);
  home.attaching.release(writer.id);
  expect(await home.ended(await home.service.import(other.id, { path, copy: true }))).toBe('');
});
