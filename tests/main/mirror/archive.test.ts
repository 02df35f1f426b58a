/** Unpacking packages: every form that they have, and everything that they must not be able to do. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decompressed, debEntries, unpackDeb } from '../../../main/mirror/index.ts';
import { tarEntries, type TarEntry } from '../../../main/mirror/archive/tar.ts';
import { arOf, compress, debOf, filesOf, paxRecord, tarOf, type TarPart } from './package-writer.ts';

const MOST = 64 * 1024 * 1024;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vivarium-archive-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Unpacks a package below `folder/out`; answers with what went wrong. */
async function unpacking(deb: Uint8Array, most = MOST): Promise<string> {
  const file = join(folder, 'package.deb');
  writeFileSync(file, deb);
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  mkdirSync(join(folder, 'out'));
  return unpackDeb(file, join(folder, 'out'), most).then(
    () => 'no failure',
    (error: Error & { problem?: string }) => `${error.problem}: ${error.message}`,
  );
}
const kinds = ['none', 'gz', 'xz', 'zst'] as const;
const text = (path: string) => readFileSync(join(folder, 'out', path), 'utf8');

describe('what packages have', () => {
  test.each(kinds)('files, folders, links, modes, compressed with %s', async (kind) => {
    const big = Buffer.alloc(3_000_001, 'content that repeats, ');
    const parts: TarPart[] = [
      ...filesOf({ 'usr/bin/tool': '#!/bin/sh\n', 'usr/share/big': big, 'usr/share/empty': '' }),
      { path: './usr/bin/run', content: 'x', mode: 0o4755 },
      { path: './usr/bin/again', type: '1', target: './usr/bin/run' },
      { path: './usr/bin/name', type: '2', target: '../../etc/anything' },
    ];
    expect(await unpacking(debOf(parts, kind))).toBe('no failure');
    expect(text('usr/share/big')).toBe(big.toString());
    expect(text('usr/share/empty')).toBe('');
    expect(text('usr/bin/again')).toBe('x');
    expect(readlinkSync(join(folder, 'out/usr/bin/name'))).toBe('../../etc/anything');
    // Whose program it would be does not come from a package.
    expect(statSync(join(folder, 'out/usr/bin/run')).mode & 0o7777 & ~0o022).toBe(0o755 & ~0o022);
    expect(statSync(join(folder, 'out/usr/bin/tool')).mode & 0o111).toBe(0);
  });

  test.each(['ustar', 'gnu', 'pax'])('what GNU tar writes in its format %s', async (format) => {
    const tree = join(folder, 'tree');
    const long = `${'a-long-folder-name/'.repeat(format === 'ustar' ? 7 : 12)}ünd-a-file`;
    mkdirSync(join(tree, long, '..'), { recursive: true });
    writeFileSync(join(tree, long), 'found');
    if (format !== 'ustar') symlinkSync('t'.repeat(200), join(tree, 'link'));
    const tar = execFileSync('tar', ['-cf', '-', `--format=${format}`, '-C', tree, '.'], { maxBuffer: 1 << 26 });
    expect(
      await unpacking(
        arOf([
          ['debian-binary', '2.0\n'],
          ['data.tar', tar],
        ]),
      ),
    ).toBe('no failure');
    expect(text(long)).toBe('found');
    if (format !== 'ustar') expect(readlinkSync(join(folder, 'out/link'))).toBe('t'.repeat(200));
  });

  test('control files beside the content', async () => {
    const file = join(folder, 'package.deb');
    writeFileSync(file, debOf([], 'xz', [{ path: './control', content: 'Package: tool\n' }]));
    const found: string[] = [];
    for await (const entry of debEntries(file, 'control', MOST)) {
      let content = '';
      for await (const piece of entry.content()) content += Buffer.from(piece).toString();
      found.push(`${entry.path}: ${content}`);
    }
    expect(found).toEqual(['control: Package: tool\n']);
  });

  test('an entry that is not read is passed over', async () => {
    const seen: TarEntry[] = [];
    async function* pieces() {
      await Promise.resolve();
      const tar = tarOf([
        { path: 'one', content: Buffer.alloc(5000) },
        { path: 'two', content: '2' },
      ]);
      for (let at = 0; at < tar.length; at += 100) yield tar.subarray(at, at + 100);
    }
    for await (const entry of tarEntries(pieces())) seen.push(entry);
    expect(seen.map(({ path, size }) => [path, size])).toEqual([
      ['one', 5000],
      ['two', 1],
    ]);
  });
});

describe('what is refused, with nothing written outside', () => {
  const outside = () => readdirSync(folder).filter((name) => !['package.deb', 'out', 'secret'].includes(name));
  const hostile: readonly (readonly [name: string, parts: readonly TarPart[]])[] = [
    ['a path upward', [{ path: '../evil', content: 'x' }]],
    ['a path upward in the middle', [{ path: './usr/../../evil', content: 'x' }]],
    ['an absolute path', [{ path: '/tmp/evil', content: 'x' }]],
    [
      'a path upward in a pax header',
      [
        { path: 'x', type: 'x', content: paxRecord('path', '../evil') },
        { path: 'fine', content: 'x' },
      ],
    ],
    [
      'a path upward in a long name',
      [
        { path: 'x', type: 'L', content: '../evil\0' },
        { path: 'fine', content: 'x' },
      ],
    ],
    [
      'through a link to a folder',
      [
        { path: './way', type: '2', target: '..' },
        { path: './way/evil', content: 'x' },
      ],
    ],
    [
      'a folder made through a link',
      [
        { path: './way', type: '2', target: '..' },
        { path: './way/evil/', type: '5' },
      ],
    ],
    [
      'a folder where a link is',
      [
        { path: './way', type: '2', target: '..' },
        { path: './way/', type: '5' },
      ],
    ],
    ['a hard link upward', [{ path: './evil', type: '1', target: '../secret' }]],
    [
      'a hard link to a link',
      [
        { path: './way', type: '2', target: '../secret' },
        { path: './evil', type: '1', target: './way' },
      ],
    ],
    ['a device', [{ path: './evil', type: '3' }]],
    ['a pipe', [{ path: './evil', type: '6' }]],
    ['a file in place of the root', [{ path: './', content: 'x' }]],
  ];
  test.each(hostile)('%s', async (_name, parts) => {
    writeFileSync(join(folder, 'secret'), 'secret');
    expect(await unpacking(debOf(parts))).toMatch(/^unsafe: /);
    expect(outside()).toEqual([]);
    expect(existsSync('/tmp/evil')).toBe(false);
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('secret');
  });
  test('a file is not written through a link of that name', async () => {
    writeFileSync(join(folder, 'secret'), 'secret');
    await unpacking(
      debOf([
        { path: './evil', type: '2', target: '../secret' },
        { path: './evil', content: 'overwritten' },
      ]),
    );
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('secret');
    expect(lstatSync(join(folder, 'out/evil')).isSymbolicLink()).toBe(true);
  });

  test.each(['gz', 'xz', 'zst'] as const)('a bomb (%s) is not unpacked further than allowed', async (kind) => {
    const most = 2 * 1024 * 1024;
    const deb = debOf([{ path: './zeros', content: Buffer.alloc(64 * 1024 * 1024) }], kind);
    expect(deb.length).toBeLessThan(200_000);
    expect(await unpacking(deb, most)).toMatch(/^too-much: /);
    expect(statSync(join(folder, 'out/zeros')).size).toBeLessThanOrEqual(most);
  });

  test.each(kinds)('cut off anywhere (%s)', async (kind) => {
    const whole = debOf(filesOf({ 'usr/share/text': Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at) >> 3)) }), kind);
    for (let at = 0; at < whole.length - 1; at += Math.ceil(whole.length / 23))
      expect(await unpacking(whole.subarray(0, at)), `${at} of ${whole.length} bytes`).toMatch(/^damaged: /);
  });
  test.each(['gz', 'xz', 'zst'] as const)('cut off inside a member that claims to be whole (%s)', async (kind) => {
    const packed = compress(tarOf(filesOf({ file: Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at) >> 3)) })), kind);
    for (const part of [0, 0.3, 0.9]) {
      const content = packed.subarray(0, Math.floor(packed.length * part));
      expect(
        await unpacking(
          arOf([
            ['debian-binary', '2.0\n'],
            [`data.tar.${kind}`, content],
          ]),
        ),
      ).toMatch(/^damaged: /);
    }
  });
  test('damaged headers, other archives, too many members', async () => {
    const tar = tarOf([{ path: 'file', content: 'x' }]);
    tar[0] = 'F'.charCodeAt(0);
    const data = (content: Uint8Array | string) =>
      arOf([
        ['debian-binary', '2.0\n'],
        ['data.tar', content],
      ]);
    expect(await unpacking(data(tar))).toContain('checksum');
    expect(await unpacking(Buffer.from('PK'))).toContain('no ar archive');
    expect(
      await unpacking(
        arOf([
          ['debian-binary', '2.0\n'],
          ['data.tar.lzma', ''],
        ]),
      ),
    ).toContain('no data part');
    expect(await unpacking(arOf([['other', '']]))).toContain('no Debian package');
    expect(await unpacking(arOf(Array.from({ length: 20 }, () => ['_x', ''] as const)))).toContain('too many members');
    expect(await unpacking(data(tarOf([{ path: 'sparse', type: 'S' }])))).toContain('unknown kind');
    expect(await unpacking(data(tarOf([{ path: 'x', type: 'x', content: '999 path=a\n' }, { path: 'y' }])))).toContain('pax');
    expect(await unpacking(data(tarOf([{ path: 'x', type: 'x', content: paxRecord('size', '-1') }, { path: 'y' }])))).toContain('size');
  });
  test('something behind the compressed content', async () => {
    const packed = Buffer.concat([compress(Buffer.from('text'), 'xz'), Buffer.from('more')]);
    const read = async () => {
      for await (const _ of decompressed([packed], 'xz', MOST));
    };
    await expect(read()).rejects.toThrow('something follows');
  });
  test('an error of what is read is not said of the archive', async () => {
    async function* broken() {
      await Promise.resolve();
      yield compress(Buffer.alloc(100_000, 'text'), 'gz').subarray(0, 20);
      throw new Error('the disk is gone');
    }
    const read = async () => {
      for await (const _ of decompressed(broken(), 'gz', MOST));
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });
});
