/** Files handed over in pieces: whole under their own name, or not there at all. */
import { readdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fileName, ReceivedFiles } from '../../../main/images/files/received.ts';
import { temporaryFolder } from '../temporary-home.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

test('pieces in order make the file, in a folder of its own', async () => {
  const folder = join(temporaryFolder(), 'imported');
  const files = new ReceivedFiles(folder);
  const bytes = randomBytes(3000);
  const head = { name: 'Image', sizeBytes: 3000 };
  const { file, path: notYet } = await files.receive({ ...head, at: 0, base64: base64(bytes.subarray(0, 1000)) });
  expect(notYet).toBeUndefined();
  const { path = '' } = await files.receive({ ...head, file, at: 1000, base64: base64(bytes.subarray(1000)) });
  expect(basename(path)).toBe('Image');
  expect(dirname(dirname(path))).toBe(folder);
  expect(readFileSync(path)).toEqual(bytes);
  expect(readdirSync(dirname(path))).toEqual(['Image']);
});
test('an empty file is whole at once', async () => {
  const files = new ReceivedFiles(temporaryFolder());
  const { path = '' } = await files.receive({ name: 'empty', sizeBytes: 0, at: 0, base64: '' });
  expect(readFileSync(path).length).toBe(0);
});
test('a piece out of order, too long, or of a file that was dropped is refused', async () => {
  const folder = temporaryFolder();
  const files = new ReceivedFiles(folder);
  const piece = { name: 'Image', sizeBytes: 10, base64: base64(new Uint8Array(4)) };
  const { file } = await files.receive({ ...piece, at: 0 });
  for (const at of [0, 5, 8]) await expect(files.receive({ ...piece, file, at })).rejects.toThrow(/Drop the file again/);
  await expect(files.receive({ ...piece, file, at: 4, base64: base64(new Uint8Array(7)) })).rejects.toThrow(/Drop the file again/);
  files.drop(file);
  expect(readdirSync(folder)).toEqual([]);
  await expect(files.receive({ ...piece, file, at: 4 })).rejects.toThrow(/Drop the file again/);
});
test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\boot\\vmlinuz', 'vmlinuz'],
  ['..', 'file'],
  ['a\x1b[2Jb', 'a_[2Jb'],
])('%j is kept as %j', (given, kept) => expect(fileName(given)).toBe(kept));
test('a long name is cut between characters', () => expect(Buffer.byteLength(fileName('é'.repeat(300)))).toBeLessThanOrEqual(200));
