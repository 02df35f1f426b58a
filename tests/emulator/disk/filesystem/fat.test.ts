/** FAT12, FAT16 and FAT32 made by mkfs.fat and filled by mtools: long names, all widths, every file found again. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openVolumes } from '../../../../emulator/disk/filesystem/index.ts';
import { Random } from '../../../differential/random.ts';
import { describeWith, tool } from '../../../kit/tools.ts';
import { FileStore } from '../stores.ts';
import { addCrowd, differences, makeTree, treeOf, type Tree } from './random-tree.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);
let folder: string;
let tree: Tree;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-fat-'));
  const source = join(folder, 'source');
  mkdirSync(source);
  tree = makeTree(new Random(SEED), source, { unix: false, files: 60, largest: 40_000 });
  addCrowd(source, tree, 120);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith(['mkfs.fat', 'mcopy'], `volumes by mkfs.fat (VIVARIUM_SEED=${SEED})`, () => {
  const cases: ['fat12' | 'fat16' | 'fat32', number, string[]][] = [
    ['fat12', 4, ['-F', '12']],
    ['fat12', 8, ['-F', '12', '-s', '8', '-r', '240']],
    ['fat16', 32, ['-F', '16']],
    ['fat16', 64, ['-F', '16', '-s', '16', '-f', '1']],
    ['fat32', 140, ['-F', '32', '-s', '2']],
    ['fat32', 128, ['-F', '32', '-S', '1024', '-s', '1']],
    ['fat32', 300, ['-F', '32', '-S', '4096']],
    ['fat32', 300, ['-F', '32', '-s', '4', '--mbr=y']],
  ];
  test.each(cases)('%s of %i MiB with %j', { timeout: 60_000 }, async (kind, mebibytes, options) => {
    const image = join(folder, `${kind}${mebibytes}${options.join('')}.img`);
    execFileSync(tool('mkfs.fat')!, [...options, '-n', 'TEST LABEL', '-C', image, String(mebibytes * 1024)], { stdio: 'pipe' });
    const sources = readdirSync(join(folder, 'source')).map((name) => join(folder, 'source', name));
    // The locale says how names are written.
    const environment = { ...process.env, MTOOLS_SKIP_CHECK: '1', TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    execFileSync(tool('mcopy')!, ['-i', image, '-s', '-m', ...sources, '::'], { stdio: 'pipe', env: environment });

    const { volumes, passedOver } = await openVolumes(new FileStore(image));
    expect(passedOver).toEqual([]);
    const [{ volume, place } = undefined!] = volumes;
    expect([volume.kind, volume.label, place]).toEqual([kind, 'TEST LABEL', 'whole disk']);
    expect(differences(tree, await treeOf(volume), true)).toEqual([]);
  });
});
