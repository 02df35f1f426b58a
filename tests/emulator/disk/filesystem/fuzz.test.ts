/** Spoilt volumes: whatever stands in the metadata, reading ends soon, with the tree or with a clear error. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileSystemError, openVolumes } from '../../../../emulator/disk/filesystem/index.ts';
import { Random } from '../../../differential/random.ts';
import { describeWith, tool } from '../../../kit/tools.ts';
import { MemoryStore } from '../stores.ts';
import { makeTree } from './random-tree.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261121);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 150);
/** All of one volume's rounds together; a reading that goes in circles would take far longer. */
const LONGEST_MS = 60_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-fs-fuzz-'));
  mkdirSync(join(folder, 'source'));
  makeTree(new Random(SEED), join(folder, 'source'), { unix: true, files: 60, largest: 60_000 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads all there is; answers with the number of entries, or the message of a FileSystemError. */
async function readAll(disk: Uint8Array): Promise<number | string> {
  let entries = 0;
  const piece = new Uint8Array(4096);
  try {
    const { volumes, passedOver } = await openVolumes(new MemoryStore(disk));
    for (const { volume } of volumes) {
      for await (const entry of volume.list()) {
        entries++;
        await volume.extents(entry);
        await volume.read(entry, 0, piece);
        await volume.read(entry, Math.max(0, entry.sizeBytes - 100), piece);
      }
    }
    return volumes.length > 0 ? entries : passedOver.join();
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
    return error.message;
  }
}

/** Changes bytes where metadata is likely: near what is not zero, with values that hurt. */
function spoil(random: Random, disk: Buffer, metadata: readonly number[]): void {
  for (let count = random.between(1, 12); count > 0; count--) {
    const at = random.pick(metadata) * 1024 + random.below(1024);
    const kind = random.below(4);
    if (kind === 0) disk[at]! ^= 1 << random.below(8);
    else if (kind === 1) disk[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
    else if (kind === 2 && at + 4 <= disk.length)
      disk.writeUInt32LE(random.pick([0, 1, 0xffff, 0x7fffffff, 0xffffffff, random.bits32()]), at);
    else disk.copy(disk, at, random.pick(metadata) * 1024, random.pick(metadata) * 1024 + random.below(256));
  }
}

describeWith(['mke2fs', 'debugfs', 'mkfs.fat', 'mcopy'], `spoilt volumes (VIVARIUM_SEED=${SEED} VIVARIUM_ROUNDS=${ROUNDS})`, () => {
  const ext = (...options: string[]) => {
    const image = join(folder, 'ext.img');
    rmSync(image, { force: true });
    execFileSync(tool('mke2fs')!, ['-q', '-F', ...options, '-d', join(folder, 'source'), image, '8M'], { stdio: 'pipe' });
    return readFileSync(image);
  };
  const fat = (width: string) => {
    const image = join(folder, 'fat.img');
    rmSync(image, { force: true });
    execFileSync(tool('mkfs.fat')!, ['-F', width, '-C', image, width === '12' ? '2000' : '36000', '-s', '1'], { stdio: 'pipe' });
    for (let index = 0; index < 30; index++)
      execFileSync(tool('mcopy')!, ['-i', image, '/proc/self/status', `::a rather long name ${index}.txt`], { stdio: 'pipe' });
    return readFileSync(image);
  };
  const cases: [string, () => Buffer][] = [
    ['ext2', () => ext('-t', 'ext2', '-b', '1024')],
    ['ext4', () => ext('-t', 'ext4', '-b', '1024', '-J', 'size=1')],
    ['ext4 with inline data', () => ext('-t', 'ext4', '-b', '1024', '-O', 'inline_data,^has_journal')],
    ['fat12', () => fat('12')],
    ['fat32', () => fat('32')],
  ];
  test.each(cases)('%s', { timeout: 2 * LONGEST_MS }, async (_, make) => {
    const disk = make();
    const metadata = Array.from({ length: disk.length / 1024 }, (__, index) => index).filter((index) =>
      disk.subarray(index * 1024, (index + 1) * 1024).some((byte) => byte !== 0),
    );
    expect(await readAll(disk)).toBeGreaterThan(29);
    const started = Date.now();
    const random = new Random(SEED);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const spoilt = Buffer.from(disk);
      spoil(random, spoilt, random.chance(0.5) ? metadata.slice(0, 40) : metadata);
      const result = await readAll(spoilt);
      if (typeof result === 'string') refused++;
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(ROUNDS);
    expect(Date.now() - started).toBeLessThan(LONGEST_MS);
  });
});
