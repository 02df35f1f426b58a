/** Differences of stored snapshots: pages, clusters and files, found as they were made, and by the same tools' word. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareSnapshots, type ComparedState } from '../../../main/compare/compare-snapshots.ts';
import { open, type Store } from '../../../main/storage/index.ts';
import type { DiskBase } from '../../../preload/contract/disks.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { chunkOf } from '../storage/seeded-chunk.ts';
import { storeDisk } from './stored-disk.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-compare-'));
  store = await open(join(folder, 'store.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const compare = (from: ComparedState, to: ComparedState, signal = new AbortController().signal) =>
  compareSnapshots(store, { from, to }, () => undefined, signal);
const stateOf = (owner: string, sizeBytes: number, base?: DiskBase): ComparedState => ({
  owner,
  hasMemory: false,
  disks: [{ slot: 0, disk: 'D', sizeBytes, ...(base ? { base } : {}) }],
});
const baseOf = (path: string): DiskBase => {
  const { size, mtimeMs } = statSync(path);
  return { path, format: 'raw', fileBytes: size, changedAt: Math.floor(mtimeMs), sha256: '' };
};

describe('memory', () => {
  test('pages that differ, as runs', async () => {
    const ids = await store.putBatch(Array.from({ length: 8 }, (_, seed) => chunkOf(seed)));
    const entries = (...seeds: number[]) => seeds.map((seed) => (seed < 0 ? 0 : ids[seed]!));
    await store.createManifest({ owner: 'a', name: 'memory', chunkBytes: 4096, entries: entries(0, 1, 2, -1, 4, 5) });
    await store.createManifest({ owner: 'b', name: 'memory', chunkBytes: 4096, entries: entries(0, 2, 1, -1, 4, -1) });
    const memory = (owner: string): ComparedState => ({ owner, hasMemory: true, disks: [] });
    expect(await compare(memory('a'), memory('b'))).toEqual({
      pages: {
        changed: 3,
        total: 6,
        runs: [
          [1, 2],
          [5, 1],
        ],
      },
      disks: [],
    });
    expect(await compare(memory('a'), { ...memory('b'), hasMemory: false })).toEqual({ disks: [] });
    await expect(compare(memory('a'), memory('gone'))).rejects.toThrow(/memory of one of the two is no longer stored/);
  });
});

describe('clusters', () => {
  test('stored, zeroed and shown through are told apart by their bytes', async () => {
    const base = Buffer.alloc(10 * 4096 + 512);
    for (let at = 0; at < base.length; at += 4096) base.subarray(at, at + 4096).fill(1 + at / 4096);
    base.fill(0, 5 * 4096, 6 * 4096);
    const path = join(folder, 'base.img');
    writeFileSync(path, base);
    const [one, other] = [Buffer.from(base), Buffer.from(base)];
    one.fill(200, 4096, 8192); // as in the other one
    other.fill(200, 4096, 8192);
    one.fill(201, 2 * 4096, 3 * 4096); // only before
    other.fill(0, 3 * 4096, 4 * 4096); // zeros over something
    other.fill(7, 10 * 4096); // the short last cluster
    await storeDisk(store, 'a', 0, one, base);
    await storeDisk(store, 'b', 0, other, base);
    const diff = await compare(stateOf('a', base.length, baseOf(path)), stateOf('b', base.length, baseOf(path)));
    expect(diff.disks).toMatchObject([{ slot: 0, clusters: 3, volumes: [] }]);
    // The same disk without its base, as after its content was copied in: nothing has changed.
    await storeDisk(store, 'c', 0, other, Buffer.alloc(0));
    expect((await compare(stateOf('b', base.length, baseOf(path)), stateOf('c', base.length))).disks[0]!.clusters).toBe(0);
    expect((await compare(stateOf('a', base.length, baseOf(path)), stateOf('c', base.length))).disks[0]!.clusters).toBe(3);
    // Grown by zeros: nothing that can be read has changed; grown by content: that has.
    expect((await compare(stateOf('c', base.length), stateOf('c', base.length + 8192))).disks[0]!.clusters).toBe(0);
    const larger = Buffer.concat([other, Buffer.alloc(8192, 9)]);
    await storeDisk(store, 'd', 0, larger, Buffer.alloc(0));
    expect((await compare(stateOf('c', base.length), stateOf('d', larger.length))).disks[0]!.clusters).toBe(3);
  });

  test('a disk that only one of them has', async () => {
    await storeDisk(store, 'a', 0, Buffer.alloc(8192, 1), Buffer.alloc(0));
    const none: ComparedState = { owner: 'b', hasMemory: false, disks: [] };
    expect((await compare(stateOf('a', 8192), none)).disks).toMatchObject([{ slot: 0, clusters: 2, note: 'disk 1 was removed' }]);
    expect((await compare(none, stateOf('a', 8192))).disks).toMatchObject([{ slot: 0, clusters: 2, note: 'disk 1 was added' }]);
  });

  test('cancelling ends it', async () => {
    await storeDisk(store, 'a', 0, Buffer.alloc(8192, 1), Buffer.alloc(0));
    const state = stateOf('a', 8192);
    await expect(compare(state, state, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

describeWith(['mke2fs', 'debugfs', 'mkfs.fat', 'mcopy'], 'files', () => {
  const run = (program: 'mke2fs' | 'debugfs' | 'mkfs.fat' | 'mcopy', ...given: string[]) =>
    execFileSync(tool(program)!, given, { stdio: 'pipe' });
  const SIZE = 32 * 1024 * 1024;

  test('of an ext4 file system above a base', { timeout: 60_000 }, async () => {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'etc'), { recursive: true });
    for (const name of ['same', 'touched', 'replaced', 'same size', 'gone', 'rights'])
      writeFileSync(join(source, 'etc', name), name.repeat(3000));
    const base = join(folder, 'base.img');
    run('mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'root', '-d', source, base, '32M');
    const changed = join(folder, 'changed.img');
    copyFileSync(base, changed);
    writeFileSync(join(folder, 'new'), 'quite new');
    writeFileSync(join(folder, 'other'), 'SAME SIZE'.repeat(3000));
    const commands = [
      'cd /etc',
      'rm gone',
      'rm replaced',
      `write ${join(folder, 'new')} replaced`,
      'rm "same size"',
      `write ${join(folder, 'other')} "same size"`,
      'set_inode_field touched mtime 20300101000000',
      'set_inode_field rights mode 0100600',
      'mkdir sub',
      `write ${join(folder, 'new')} sub/added`,
      'symlink sub/link nowhere/at/all',
    ];
    writeFileSync(join(folder, 'commands'), `${commands.join('\n')}\n`);
    run('debugfs', '-w', '-f', join(folder, 'commands'), changed);
    const bytes = readFileSync(base);
    await storeDisk(store, 'a', 0, bytes, bytes);
    await storeDisk(store, 'b', 0, readFileSync(changed), bytes);
    const [from, to] = [stateOf('a', SIZE, baseOf(base)), stateOf('b', SIZE, baseOf(base))];
    const [disk] = (await compare(from, to)).disks;
    expect(disk!.note).toBeUndefined();
    expect(disk!.clusters).toBeGreaterThan(3);
    expect(disk!.volumes).toEqual([
      {
        place: 'whole disk',
        kind: 'ext4',
        label: 'root',
        omitted: 0,
        files: [
          { path: 'etc/gone', kind: 'file', change: 'removed', sizeBefore: 12_000 },
          { path: 'etc/replaced', kind: 'file', change: 'changed', sizeBefore: 24_000, sizeAfter: 9 },
          { path: 'etc/rights', kind: 'file', change: 'changed', sizeBefore: 18_000, sizeAfter: 18_000 },
          { path: 'etc/same size', kind: 'file', change: 'changed', sizeBefore: 27_000, sizeAfter: 27_000 },
          { path: 'etc/sub', kind: 'directory', change: 'added' },
          { path: 'etc/sub/added', kind: 'file', change: 'added', sizeAfter: 9 },
          { path: 'etc/sub/link', kind: 'link', change: 'added', sizeAfter: 14 },
        ],
      },
    ]);
    expect((await compare(to, to)).disks[0]).toMatchObject({ clusters: 0, volumes: [] });
    const back = (await compare(to, from)).disks[0]!.volumes[0]!.files;
    expect(back.map(({ path, change }) => `${change} ${path}`)).toContain('added etc/gone');
  });

  test('a file overwritten in place, its inode unchanged', { timeout: 60_000 }, async () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    for (const name of ['one', 'two']) writeFileSync(join(source, name), Buffer.alloc(100_000, name));
    const base = join(folder, 'base.img');
    run('mke2fs', '-q', '-F', '-t', 'ext4', '-d', source, base, '32M');
    const bytes = readFileSync(base);
    const changed = Buffer.from(bytes);
    changed[changed.indexOf(Buffer.alloc(8192, 'two')) + 4096]! ^= 1;
    await storeDisk(store, 'a', 0, bytes, Buffer.alloc(0));
    await storeDisk(store, 'b', 0, changed, Buffer.alloc(0));
    const [disk] = (await compare(stateOf('a', SIZE), stateOf('b', SIZE))).disks;
    expect(disk).toMatchObject({ clusters: 1 });
    expect(disk!.volumes[0]!.files).toEqual([{ path: 'two', kind: 'file', change: 'changed', sizeBefore: 100_000, sizeAfter: 100_000 }]);
  });

  test('of FAT in a partition, beside one that cannot be read', { timeout: 60_000 }, async () => {
    const volume = join(folder, 'fat.img');
    run('mkfs.fat', '-F', '16', '-n', 'BOOT', '-C', volume, '16384');
    writeFileSync(join(folder, 'Config with a long name.txt'), 'first');
    run('mcopy', '-i', volume, join(folder, 'Config with a long name.txt'), '::');
    const start = 1024 * 1024;
    const disk = () => {
      const whole = Buffer.alloc(SIZE);
      readFileSync(volume).copy(whole, start);
      whole.writeUInt16LE(0xaa55, 510);
      for (const [index, [type, first, sectors]] of [
        [0x0e, 2048, 32768],
        [0x82, 40960, 2048],
      ].entries()) {
        whole[446 + 16 * index + 4] = type!;
        whole.writeUInt32LE(first!, 446 + 16 * index + 8);
        whole.writeUInt32LE(sectors!, 446 + 16 * index + 12);
      }
      whole.write('SWAPSPACE2', 40960 * 512 + 4086, 'latin1');
      return whole;
    };
    await storeDisk(store, 'a', 0, disk(), Buffer.alloc(0));
    writeFileSync(join(folder, 'Config with a long name.txt'), 'second');
    run('mcopy', '-o', '-i', volume, join(folder, 'Config with a long name.txt'), '::');
    await storeDisk(store, 'b', 0, disk(), Buffer.alloc(0));
    const [diff] = (await compare(stateOf('a', SIZE), stateOf('b', SIZE))).disks;
    expect(diff!.note).toBe('partition 2: it holds swap space, which is not read here');
    expect(diff!.volumes).toEqual([
      {
        place: 'partition 1',
        kind: 'fat16',
        label: 'BOOT',
        omitted: 0,
        files: [{ path: 'Config with a long name.txt', kind: 'file', change: 'changed', sizeBefore: 5, sizeAfter: 6 }],
      },
    ]);
  });
});
