/** What was unpacked once is read the next time; nothing depends on whether it can be. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { keptUnpacked } from '../../../emulator/host/kept-unpacked.ts';

const CONTENT = randomBytes(2 << 20);
const PACKED = gzipSync(CONTENT);
const folders: string[] = [];
let folder = '';
let unpacked = 0;

const unpack = (bytes: Uint8Array, maxOutputLength: number) => {
  unpacked++;
  return gunzipSync(bytes, { maxOutputLength });
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-unpacked-'));
  folders.push(folder);
  unpacked = 0;
});
afterAll(() => folders.forEach((each) => rmSync(each, { recursive: true })));

async function once(packed: Uint8Array = PACKED, limit: number = CONTENT.length, where: string = folder): Promise<Uint8Array> {
  const kept = keptUnpacked(unpack, where);
  const bytes = kept.inflate(packed, limit, 'gzip');
  await kept.write();
  return bytes;
}

test('the second time it is read', async () => {
  expect(Buffer.compare(await once(), CONTENT)).toBe(0);
  expect(Buffer.compare(await once(), CONTENT)).toBe(0);
  expect(unpacked).toBe(1);
});

test('what is larger than the memory is refused also where it is kept', async () => {
  await once();
  await expect(once(PACKED, CONTENT.length - 1)).rejects.toThrow(RangeError);
});

test('what is damaged is unpacked again', async () => {
  await once();
  const [name = ''] = readdirSync(folder);
  writeFileSync(join(folder, name), CONTENT.subarray(0, 1000));
  expect(Buffer.compare(await once(), CONTENT)).toBe(0);
  expect(unpacked).toBe(2);
});

test('small things, and those without a folder to keep them in, are unpacked each time', async () => {
  const small = gzipSync(Buffer.from('small'));
  expect(Buffer.from(await once(small, 10)).toString()).toBe('small');
  const nowhere = keptUnpacked(unpack, undefined);
  nowhere.inflate(PACKED, CONTENT.length, 'gzip');
  await nowhere.write();
  await once(PACKED, CONTENT.length, join(folder, 'missing'));
  expect(readdirSync(folder)).toEqual([]);
  expect(unpacked).toBe(3);
});
