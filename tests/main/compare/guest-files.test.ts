/** Files inside stored disks: listed, read and brought out byte for byte, with what is wrong said. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listGuestFolder, readGuestFile, takeGuestFile } from '../../../main/compare/guest-files.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import type { GuestPath } from '../../../preload/contract/files.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { storeDisk } from './stored-disk.ts';

let folder: string;
let store: Store;
const big = randomBytes(3_000_001);
const CHANGED = new Date('2026-03-04T05:06:07Z');
const source = { sizeBytes: 32 * 1024 * 1024, content: { owner: 'snapshot:A', prefix: 'disk0' } };
const at = (path: string, place?: string): GuestPath => ({ slot: 0, path, ...(place === undefined ? {} : { place }) });
const never = new AbortController().signal;

describeWith(['mke2fs'], 'files of a stored disk', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vivarium-files-'));
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'etc', 'sub'), { recursive: true });
    writeFileSync(join(tree, 'etc', 'text'), 'grüße\nzwei\n');
    writeFileSync(join(tree, 'etc', 'big'), big);
    utimesSync(join(tree, 'etc', 'big'), CHANGED, CHANGED);
    writeFileSync(join(tree, 'etc', 'bytes'), Buffer.from([1, 0, 2]));
    for (const name of ['file10', 'file9']) writeFileSync(join(tree, 'etc', name), '');
    symlinkSync('etc', join(tree, 'conf'));
    const image = join(folder, 'image');
    execFileSync(tool('mke2fs')!, ['-q', '-F', '-t', 'ext4', '-L', 'root', '-d', tree, image, '32M'], { stdio: 'pipe' });
    store = await open(join(folder, 'store.db'));
    await storeDisk(store, 'snapshot:A', 0, readFileSync(image), Buffer.alloc(0));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a folder, folders first and numbers in their order; a link to it is followed', async () => {
    const found = await listGuestFolder(store, { source, at: at('/conf/') });
    expect(found).toMatchObject({ place: 'whole disk', path: 'etc', omitted: 0, passedOver: [] });
    expect(found.volumes).toEqual([{ place: 'whole disk', kind: 'ext4', label: 'root' }]);
    expect(found.entries.map(({ name }) => name)).toEqual(['sub', 'big', 'bytes', 'file9', 'file10', 'text']);
    expect(found.entries[1]).toEqual({ name: 'big', kind: 'file', sizeBytes: big.length, modifiedAt: CHANGED.getTime() });
    expect((await listGuestFolder(store, { source, at: at('') })).entries).toContainEqual(
      expect.objectContaining({ name: 'conf', kind: 'link', target: 'etc' }),
    );
  });
  test('text is read, anything else told apart', async () => {
    expect(await readGuestFile(store, { source, at: at('conf/text') })).toMatchObject({ sizeBytes: 13, text: 'grüße\nzwei\n' });
    expect(await readGuestFile(store, { source, at: at('etc/bytes') })).toMatchObject({ sizeBytes: 3, without: 'binary' });
    expect(await readGuestFile(store, { source, at: at('etc/big') })).toMatchObject({ sizeBytes: big.length, without: 'large' });
  });
  test('one is brought out whole, with its time, and nothing is overwritten', async () => {
    const target = join(folder, 'big.out');
    const steps: (number | undefined)[] = [];
    const taken = await takeGuestFile(store, { source, at: at('etc/big'), target }, ({ fraction }) => steps.push(fraction), never);
    expect(taken).toEqual({ sizeBytes: big.length });
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(readFileSync(target))).toBe(hash(big));
    expect(statSync(target).mtime).toEqual(CHANGED);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(steps.at(-1)).toBe(1);
    await expect(takeGuestFile(store, { source, at: at('etc/text'), target }, () => undefined, never)).rejects.toMatchObject({
      code: 'output-exists',
    });
    expect(hash(readFileSync(target))).toBe(hash(big));
  });
  test('cancelled, it leaves nothing', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const target = join(out, 'big');
    await expect(takeGuestFile(store, { source, at: at('etc/big'), target }, () => undefined, AbortSignal.abort())).rejects.toThrow(
      /abort/i,
    );
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(out)).toEqual([]);
  });
  test.for([
    ['etc/none', undefined, 'guest-file-missing'],
    ['etc', undefined, 'guest-file-not-file'],
    ['etc/text', 'partition 1', 'guest-no-volumes'],
  ] as const)('%s in %s is %s', async ([path, place, code]) => {
    await expect(readGuestFile(store, { source, at: at(path, place) })).rejects.toMatchObject({ code });
  });
  test('a folder that is not there is said to be missing', async () => {
    await expect(listGuestFolder(store, { source, at: at('etc/text') })).rejects.toThrow('there is no folder /etc/text on this disk');
  });
});
