/** Entries by their paths in volumes made by other tools: as a guest would find them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryAt, openVolumes, targetOf, type Volume } from '../../../../emulator/disk/filesystem/index.ts';
import { describeWith, tool } from '../../../kit/tools.ts';
import { FileStore } from '../stores.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-entry-'));
  const source = join(folder, 'source');
  mkdirSync(join(source, 'usr', 'bin'), { recursive: true });
  mkdirSync(join(source, 'etc', 'ä b'), { recursive: true });
  writeFileSync(join(source, 'usr', 'bin', 'sh'), 'a shell');
  writeFileSync(join(source, 'etc', 'ä b', 'file'), 'content');
  for (const [name, target] of [
    ['bin', 'usr/bin'],
    ['etc/absolute', '/usr/bin/sh'],
    ['etc/upwards', '../bin/./sh'],
    ['etc/above', '../../../usr/bin/sh'],
    ['round', 'again'],
    ['again', 'round'],
    ['nowhere', 'not/there'],
  ] as const)
    symlinkSync(target, join(source, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const volumeOf = async (image: string): Promise<Volume> => (await openVolumes(new FileStore(image))).volumes[0]!.volume;

describeWith(['mke2fs'], 'an ext4 volume', () => {
  let volume: Volume;
  beforeAll(async () => {
    const image = join(folder, 'ext.img');
    execFileSync(tool('mke2fs')!, ['-q', '-F', '-t', 'ext4', '-d', join(folder, 'source'), image, '16M'], { stdio: 'pipe' });
    volume = await volumeOf(image);
  });
  test.for([
    ['usr/bin/sh', 'usr/bin/sh'],
    ['/usr//bin/./sh', 'usr/bin/sh'],
    ['bin/sh', 'usr/bin/sh'],
    ['etc/absolute', 'usr/bin/sh'],
    ['etc/upwards', 'usr/bin/sh'],
    ['etc/above', 'usr/bin/sh'],
    ['bin/../bin/sh', 'usr/bin/sh'],
    ['etc/ä b/file', 'etc/ä b/file'],
    ['etc/ä b/..', 'etc'],
    ['bin', 'usr/bin'],
    ['round', undefined],
    ['nowhere', undefined],
    ['usr/bin/sh/more', undefined],
    ['', undefined],
    ['etc/..', undefined],
  ] as const)('%s is %s', async ([path, wanted]) => expect((await entryAt(volume, path))?.path).toBe(wanted));
  test('folders list what is in them, links tell where they lead', async () => {
    const root = (await volume.entriesIn(''))!;
    expect(root.map(({ path }) => path).sort()).toEqual(['again', 'bin', 'etc', 'lost+found', 'nowhere', 'round', 'usr']);
    expect(
      await targetOf(
        volume,
        root.find(({ path }) => path === 'bin')!,
      ),
    ).toBe('usr/bin');
    expect((await volume.entriesIn('usr/bin'))!.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([['usr/bin/sh', 7]]);
    expect(await volume.entriesIn('usr/bin/sh')).toBeUndefined();
    expect(await volume.entriesIn('not')).toBeUndefined();
  });
});

describeWith(['mkfs.fat', 'mcopy'], 'a FAT volume', () => {
  test('finds files in folders', async () => {
    const image = join(folder, 'fat.img');
    execFileSync(tool('mkfs.fat')!, ['-C', image, '4096'], { stdio: 'pipe' });
    mkdirSync(join(folder, 'Some Folder'));
    writeFileSync(join(folder, 'Some Folder', 'A file'), 'a shell');
    execFileSync(tool('mcopy')!, ['-s', '-i', image, join(folder, 'Some Folder'), '::'], { stdio: 'pipe' });
    const volume = await volumeOf(image);
    expect(await entryAt(volume, '/Some Folder/A file')).toMatchObject({ kind: 'file', sizeBytes: 7 });
    expect((await volume.entriesIn('Some Folder'))!.map(({ path }) => path)).toEqual(['Some Folder/A file']);
    expect(await volume.entriesIn('Some Folder/A file')).toBeUndefined();
  });
});
