/** qcow2 images made and written by QEMU's tools read as QEMU reads them, byte for byte. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DiskImage } from '../../../emulator/disk/disk-image.ts';
import { Random } from '../../differential/random.ts';
import { describeWith } from '../../kit/tools.ts';
import { patchwork, readAll } from './content.ts';
import { openFile, qemuImg, qemuIo, rawByQemu } from './qemu.ts';

const SEED = 20261121;
const KIB = 1024;

/** The whole disk, then many small reads at any place. */
async function expectSame(image: DiskImage, expected: Uint8Array, random: Random): Promise<void> {
  expect(image.sizeBytes).toBe(expected.length);
  expect(Buffer.compare(await readAll(image), expected)).toBe(0);
  for (let round = 0; round < 100; round++) {
    const offset = random.below(expected.length);
    const into = new Uint8Array(random.between(0, Math.min(100_000, expected.length - offset)));
    await image.read(offset, into);
    expect(Buffer.compare(into, expected.subarray(offset, offset + into.length))).toBe(0);
  }
  await expectExtents(image, expected);
}

/** Everything outside of the allocated extents is zero, and they are in order. */
async function expectExtents(image: DiskImage, expected: Uint8Array): Promise<void> {
  let end = 0;
  for await (const { offset, length } of image.allocated?.(0, image.sizeBytes) ?? []) {
    expect(offset).toBeGreaterThanOrEqual(end);
    expect(Buffer.compare(expected.subarray(end, offset), new Uint8Array(offset - end))).toBe(0);
    end = offset + length;
  }
  expect(Buffer.compare(expected.subarray(end), new Uint8Array(expected.length - end))).toBe(0);
}

/** Commands for qemu-io: data, zeroes and discards at random places. */
function writes(random: Random, sizeBytes: number, count: number): string[] {
  return Array.from({ length: count }, () => {
    const sectors = sizeBytes / 512;
    const at = random.below(sectors);
    const length = Math.min(sectors - at, 1 + random.below(random.pick([2, 20, 400])));
    const place = `${at * 512} ${length * 512}`;
    return random.pick([
      `write -P ${1 + random.below(255)} ${place}`,
      `write -P ${1 + random.below(255)} ${place}`,
      `write -z ${place}`,
      `discard ${place}`,
    ]);
  });
}

describeWith(['qemu-img'], 'qcow2 images of QEMU', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vivarium-qcow2-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, name);

  test.each([
    ['compat=0.10,cluster_size=512', 700 * KIB],
    ['compat=1.1,cluster_size=512,refcount_bits=1', 900 * KIB],
    ['compat=1.1,cluster_size=4k,lazy_refcounts=on', 5000 * KIB],
    ['compat=0.10,cluster_size=64k', 9000 * KIB + 512],
    ['compat=1.1,cluster_size=64k,preallocation=metadata', 9000 * KIB],
    ['compat=1.1,cluster_size=2M,refcount_bits=64', 12_000 * KIB + 1536],
  ])('written at random: %s', async (options, sizeBytes) => {
    const random = new Random(SEED + sizeBytes);
    const path = file(`${options.replace(/\W/g, '_')}.qcow2`);
    qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, `${sizeBytes}`);
    qemuIo(path, 'qcow2', writes(random, sizeBytes, 60));
    const { image } = await openFile(path);
    await expectSame(image, rawByQemu(path), random);
    await image.close();
  });

  test.each([
    ['zlib', '512'],
    ['zlib', '64k'],
    ['zstd', '4k'],
    ['zstd', '64k'],
    ['zlib', '2M'],
    ['zstd', '2M'],
  ])('compressed with %s, clusters of %s, then partly overwritten', async (kind, cluster) => {
    const random = new Random(SEED + kind.length + cluster.length);
    const source = file(`source-${kind}-${cluster}`);
    writeFileSync(source, patchwork(random, (cluster === '512' ? 400 : 5000) * KIB));
    const path = file(`${kind}-${cluster}.qcow2`);
    qemuImg('convert', '-f', 'raw', '-O', 'qcow2', '-c', '-o', `cluster_size=${cluster},compression_type=${kind}`, source, path);
    qemuIo(path, 'qcow2', writes(random, 400 * KIB, 10));
    const { image, chain } = await openFile(path);
    expect(chain[0]?.qcow2?.compression).toBe(kind === 'zstd' ? 'zstd' : 'deflate');
    await expectSame(image, rawByQemu(path), random);
    await image.close();
  });

  test('a chain: raw below, three overlays of other cluster sizes, the top one larger, zeroes over data', async () => {
    const random = new Random(SEED);
    writeFileSync(file('base.img'), patchwork(random, 3000 * KIB + 512));
    const link = (name: string, below: string, format: string, options: string, ...size: string[]) => {
      qemuImg('create', '-q', '-f', 'qcow2', '-o', options, '-b', below, '-F', format, file(name), ...size);
      qemuIo(file(name), 'qcow2', writes(random, 2900 * KIB, 20));
    };
    link('one.qcow2', 'base.img', 'raw', 'cluster_size=64k');
    link('two.qcow2', file('one.qcow2'), 'qcow2', 'cluster_size=4k,compat=0.10', '2900k');
    link('three.qcow2', 'two.qcow2', 'qcow2', 'cluster_size=512', '4000k');
    const { image, chain } = await openFile(file('three.qcow2'));
    expect(chain.map(({ format }) => format)).toEqual(['qcow2', 'qcow2', 'qcow2', 'raw']);
    await expectSame(image, rawByQemu(file('three.qcow2')), random);
    await image.close();
  });

  test('internal snapshots are ignored: the present state is read', async () => {
    const random = new Random(SEED);
    const path = file('snapshots.qcow2');
    qemuImg('create', '-q', '-f', 'qcow2', path, '3M');
    for (const name of ['first', 'second']) {
      qemuIo(path, 'qcow2', writes(random, 3000 * KIB, 10));
      qemuImg('snapshot', '-c', name, path);
    }
    qemuIo(path, 'qcow2', writes(random, 3000 * KIB, 10));
    const { image, chain } = await openFile(path);
    expect(chain[0]?.qcow2?.snapshots).toBe(2);
    await expectSame(image, rawByQemu(path), random);
    await image.close();
  });

  test.each([
    ['extended_l2=on', 'extended L2 entries'],
    ['data_file=DATA', 'another file (data_file)'],
    ['encrypt.format=aes,encrypt.key-secret=s', 'encrypted'],
  ])('%s is refused with a sentence that names it', async (options, message) => {
    const path = file(`${message.replace(/\W/g, '_')}.qcow2`);
    const secret = options.startsWith('encrypt') ? ['--object', 'secret,id=s,data=x'] : [];
    qemuImg('create', ...secret, '-q', '-f', 'qcow2', '-o', options.replace('DATA', `${path}.data`), path, '1M');
    await expect(openFile(path)).rejects.toThrow(message);
  });

  test('an empty disk and a disk of no size', async () => {
    for (const size of ['0', '512', '1T']) {
      qemuImg('create', '-q', '-f', 'qcow2', file(`empty-${size}`), size);
      const { image } = await openFile(file(`empty-${size}`));
      expect(await image.allocated?.(0, image.sizeBytes)[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
      await image.close();
    }
  });
});
