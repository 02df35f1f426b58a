/** What one start of a machine leaves to the next, on disk: whole or not at all, and no more than there is room for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCacheFile, writeCacheFile } from '../../../emulator/host/cache-files.ts';
import { readPages, readRegions, writePages, writeRegions } from '../../../emulator/host/kept-files.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'vivarium-kept-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const region = { name: 'f0', mode: 3, offset: 0x10, spans: [{ from: 0, to: 4 }], code: Uint8Array.of(1, 2, 3, 4), instructions: 2 };
const module = (idle: number) => ({ bytes: Uint8Array.of(9, 8, 7, idle), regions: [region], idle });

test('regions come back as they were', async () => {
  const path = join(folder, 'one.regions');
  await writeRegions(path, [module(0), module(3)]);
  expect(readRegions(path)).toEqual([module(0), module(3)]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['one.regions']);
});

test('what has been of no use for long goes', async () => {
  const path = join(folder, 'one.regions');
  await writeRegions(path, [module(20), module(21)]);
  expect(readRegions(path)).toEqual([module(20)]);
});

test('a file that is not there or not whole is none', async () => {
  const path = join(folder, 'one.pages');
  expect(readPages(path)).toBeUndefined();
  expect(readRegions(path)).toEqual([]);
  await writePages(path, Uint8Array.of(1, 2, 3));
  expect(readPages(path)).toEqual(Buffer.of(1, 2, 3));
  const content = readFileSync(path);
  for (const spoilt of [content.subarray(0, -1), content.subarray(0, 10), Buffer.alloc(0), content.with(33, 1)]) {
    writeFileSync(path, spoilt);
    expect(readPages(path)).toBeUndefined();
    expect(readRegions(path)).toEqual([]);
  }
});

test('a folder that cannot be written into costs nothing but time', async () => {
  await expect(writePages(join(folder, 'gone', 'one.pages'), Uint8Array.of(1))).resolves.toBeUndefined();
});

test('the oldest files of a kind go when they are too many bytes together', async () => {
  const names = ['a.pages', 'b.pages', 'c.pages'];
  await writeCacheFile(join(folder, 'other.core'), Uint8Array.of(1));
  for (const [index, name] of names.entries()) {
    await writeCacheFile(join(folder, name), new Uint8Array(60 * 2 ** 20));
    utimesSync(join(folder, name), index, index);
  }
  expect(readdirSync(folder).sort()).toEqual(['b.pages', 'c.pages', 'other.core']);
  expect(readCacheFile(join(folder, 'c.pages'))).toHaveLength(60 * 2 ** 20);
});
