/** ext2, ext3 and ext4 made by mke2fs from random trees: everything is found again, whatever the features. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openVolumes, type Volume } from '../../../../emulator/disk/filesystem/index.ts';
import { Random } from '../../../differential/random.ts';
import { describeWith, tool } from '../../../kit/tools.ts';
import { FileStore } from '../stores.ts';
import { addCrowd, differences, makeTree, treeOf, type Tree } from './random-tree.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);
const random = new Random(SEED);
let folder: string;
let tree: Tree;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-ext-'));
  const source = join(folder, 'source');
  mkdirSync(source);
  tree = makeTree(random, source, { unix: true, files: 120, largest: 1_500_000 });
  addCrowd(source, tree, 900);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function made(name: string, ...options: string[]): Promise<{ volume: Volume; image: string }> {
  const image = join(folder, `${name}.img`);
  const more = ['-q', '-F', '-L', 'test label', '-d', join(folder, 'source')];
  execFileSync(tool('mke2fs')!, [...more, ...options, image, options.includes('65536') ? '256M' : '64M'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { volumes, passedOver } = await openVolumes(new FileStore(image));
  expect(passedOver).toEqual([]);
  expect(volumes).toHaveLength(1);
  return { volume: volumes[0]!.volume, image };
}

describeWith(['mke2fs', 'debugfs'], `volumes by mke2fs (VIVARIUM_SEED=${SEED})`, () => {
  const cases: [string, 'ext2' | 'ext3' | 'ext4', string[]][] = [
    ['ext2 with blocks of 1 KiB', 'ext2', ['-t', 'ext2', '-b', '1024']],
    ['ext2 with blocks of 4 KiB and old inodes', 'ext2', ['-t', 'ext2', '-b', '4096', '-I', '128']],
    ['ext2 of revision 0', 'ext2', ['-t', 'ext2', '-r', '0', '-b', '1024']],
    ['ext3 with blocks of 2 KiB', 'ext3', ['-t', 'ext3', '-b', '2048']],
    ['ext4 as Debian makes it', 'ext4', ['-t', 'ext4']],
    ['ext4 with blocks of 1 KiB', 'ext4', ['-t', 'ext4', '-b', '1024']],
    ['ext4 with blocks of 64 KiB', 'ext4', ['-t', 'ext4', '-b', '65536']],
    ['ext4 with inline data', 'ext4', ['-t', 'ext4', '-O', 'inline_data', '-I', '256']],
    ['ext4 with inline data in inodes of 1 KiB', 'ext4', ['-t', 'ext4', '-O', 'inline_data', '-I', '1024']],
    ['ext4 with meta block groups', 'ext4', ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-b', '1024']],
    ['ext4 without flexible groups, 64 bits and checksums', 'ext4', ['-t', 'ext4', '-O', '^flex_bg,^64bit,^metadata_csum', '-b', '1024']],
    ['ext4 without extents', 'ext4', ['-t', 'ext4', '-O', '^extents,^64bit', '-b', '1024']],
    ['ext4 with two copies of the superblock', 'ext4', ['-t', 'ext4', '-O', 'sparse_super2,^resize_inode', '-b', '1024']],
    ['ext4 with clusters of blocks', 'ext4', ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384']],
    [
      'ext4 with all that changes nothing here',
      'ext4',
      ['-t', 'ext4', '-O', 'casefold,encrypt,verity,quota,project,large_dir,ea_inode,mmp'],
    ],
    ['ext4 with many small groups', 'ext4', ['-t', 'ext4', '-b', '1024', '-g', '256', '-N', '4096']],
  ];
  test.each(cases)('%s', { timeout: 60_000 }, async (name, kind, options) => {
    const { volume } = await made(name, ...options);
    expect(volume.kind).toBe(kind);
    expect(volume.label).toBe('test label');
    expect(volume.notes).toEqual([]);
    const found = await treeOf(volume);
    found.delete('lost+found');
    const expected = new Map(tree);
    // mke2fs 1.47 itself writes a wrong length for a sparse file where there is inline data.
    if (options.includes('inline_data')) for (const each of [expected, found]) each.delete('sparse');
    expect(differences(expected, found, true)).toEqual([]);
  });

  test('what a journal holds is seen, and said', async () => {
    const { image } = await made('journal', '-t', 'ext4', '-b', '4096', '-O', '^metadata_csum');
    const asked = (...commands: string[]) => {
      const script = join(folder, 'commands');
      writeFileSync(script, `${commands.join('\n')}\n`);
      return execFileSync(tool('debugfs')!, ['-w', '-f', script, image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    };
    const { volumes: before } = await openVolumes(new FileStore(image));
    const entries = await treeOf(before[0]!.volume);
    const [path, { entry, content }] = [...entries].find(([, { kind, content: bytes }]) => kind === 'file' && bytes.length === 12_288)!;
    const [extent] = await before[0]!.volume.extents(entry);
    const replaced = Buffer.alloc(4096, 'from the journal ');
    // A block that begins with the journal's own magic number must be written in disguise.
    replaced.writeUInt32BE(0xc03b3998, 0);
    writeFileSync(join(folder, 'block'), replaced);
    asked('jo', `jw -b ${extent!.volumeOffset / 4096} ${join(folder, 'block')}`, 'jc');

    const { volumes } = await openVolumes(new FileStore(image));
    expect(volumes[0]!.volume.notes.join()).toMatch(/was in use: read with the 1 transactions/);
    const after = await treeOf(volumes[0]!.volume);
    const changed = after.get(path)!;
    expect(changed.content.subarray(0, 4096).equals(replaced)).toBe(true);
    expect(changed.content.subarray(4096).equals(content.subarray(4096))).toBe(true);
    // The place in the journal is where the bytes come from, so that a comparison sees that they are others.
    const [moved] = await volumes[0]!.volume.extents(changed.entry);
    expect(moved!.volumeOffset).not.toBe(extent!.volumeOffset);
    after.delete(path);
    entries.delete(path);
    expect(differences(entries, after, true)).toEqual([]);
  });

  test('a block revoked later is not taken from the journal', async () => {
    const { image } = await made('revoked', '-t', 'ext4', '-b', '4096', '-O', '^metadata_csum');
    writeFileSync(join(folder, 'block'), Buffer.alloc(4096, 'old'));
    writeFileSync(
      join(folder, 'commands'),
      `jo\njw -b 1800 ${join(folder, 'block')}\njw -r 1800\njw -b 16000 ${join(folder, 'block')}\njc\n`,
    );
    execFileSync(tool('debugfs')!, ['-w', '-f', join(folder, 'commands'), image], { stdio: ['ignore', 'pipe', 'pipe'] });
    const journal = execFileSync(tool('debugfs')!, ['-R', 'logdump -a', image], { encoding: 'utf8' });
    expect(journal).toMatch(/1800/);
    const { volumes } = await openVolumes(new FileStore(image));
    expect(volumes[0]!.volume.notes.join()).toMatch(/with the 3 transactions/);
    expect(differences(tree, await withoutLost(volumes[0]!.volume), true)).toEqual([]);
  });
});

async function withoutLost(volume: Volume) {
  const found = await treeOf(volume);
  found.delete('lost+found');
  return found;
}
