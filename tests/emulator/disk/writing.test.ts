/** Exports: what we write, we read back the same, and where QEMU is installed, it checks and reads it the same too. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Compressor } from '../../../emulator/disk/codecs.ts';
import type { DiskImage } from '../../../emulator/disk/disk-image.ts';
import { writeQcow2 } from '../../../emulator/disk/qcow2/writer.ts';
import { RawImage } from '../../../emulator/disk/raw.ts';
import { nonZeroExtents, writeRaw } from '../../../emulator/disk/sparse.ts';
import { openImage } from '../../../emulator/disk/open.ts';
import { Random } from '../../differential/random.ts';
import { describeWith } from '../../kit/tools.ts';
import { decompressors, deflate, zstd } from './codecs.ts';
import { patchwork, rawOf, readAll } from './content.ts';
import { openFile, qemuImg, rawByQemu } from './qemu.ts';
import { emptyStore, FileStore, MemoryStore } from './stores.ts';

const SEED = 20261122;
const KIB = 1024;

/** A host with little room. */
class FullStore extends MemoryStore {
  readonly #room: number;
  constructor(room: number) {
    super();
    this.#room = room;
  }
  override async resize(sizeBytes: number): Promise<void> {
    if (sizeBytes > this.#room) throw new Error('no space left on device');
    await super.resize(sizeBytes);
  }
}

async function reopened(store: MemoryStore): Promise<DiskImage> {
  const { image } = await openImage({ store, identity: 'one', name: 'one' }, { format: 'qcow2', decompressors });
  return image;
}

describe('qcow2 exports', () => {
  const cases: [string, number, number, Compressor | undefined][] = [
    ['tiny clusters, several refcount blocks', 512, 700 * KIB, undefined],
    ['tiny clusters, compressed', 512, 300 * KIB, deflate],
    ['4 KiB, many L2 tables', 4 * KIB, 6000 * KIB, undefined],
    ['4 KiB, deflate', 4 * KIB, 6000 * KIB, deflate],
    ['64 KiB', 64 * KIB, 5000 * KIB, undefined],
    ['64 KiB, deflate', 64 * KIB, 5000 * KIB, deflate],
    ['64 KiB, zstd, last sector not whole', 64 * KIB, 5000 * KIB + 100, zstd],
    ['2 MiB, zstd', 2048 * KIB, 7000 * KIB, zstd],
    ['nothing at all', 64 * KIB, 0, undefined],
  ];
  test.each(cases)('%s: reads back the same', async (_name, clusterBytes, sizeBytes, compressor) => {
    const bytes = patchwork(new Random(SEED + sizeBytes), sizeBytes);
    const store = new MemoryStore();
    await writeQcow2(rawOf(bytes), store, { clusterBytes, ...(compressor && { compressor }) });
    const image = await reopened(store);
    const back = await readAll(image);
    expect(Buffer.compare(back.subarray(0, sizeBytes), bytes)).toBe(0);
    expect(back.subarray(sizeBytes)).toEqual(new Uint8Array(image.sizeBytes - sizeBytes));
  });

  describeWith(['qemu-img'], 'read by QEMU', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'vivarium-export-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each(cases)('%s', async (name, clusterBytes, sizeBytes, compressor) => {
      const bytes = patchwork(new Random(SEED + sizeBytes), sizeBytes);
      const path = join(folder, name);
      const store = new FileStore(path, 'w+');
      await writeQcow2(rawOf(bytes), store, { clusterBytes, ...(compressor && { compressor }) });
      await store.close();
      const check = JSON.parse(qemuImg('check', '--output=json', path)) as Record<string, number>;
      expect(check).toMatchObject({ 'check-errors': 0 });
      expect([check['leaks'], check['corruptions']]).toEqual([undefined, undefined]);
      expect(Buffer.compare(rawByQemu(path).subarray(0, sizeBytes), bytes)).toBe(0);
    });

    test('an export of a qcow2 chain is the chain, compared by qemu-img', async () => {
      const path = (name: string) => join(folder, name);
      const base = new FileStore(path('base'), 'w+');
      await writeQcow2(rawOf(patchwork(new Random(SEED), 3000 * KIB)), base, { compressor: deflate, clusterBytes: 4 * KIB });
      await base.close();
      qemuImg('create', '-q', '-f', 'qcow2', '-b', path('base'), '-F', 'qcow2', path('overlay'), '5000k');
      const { image } = await openFile(path('overlay'));
      const out = new FileStore(path('flat'), 'w+');
      await writeQcow2(image, out, { compressor: zstd });
      await out.close();
      await image.close();
      expect(qemuImg('check', path('flat'))).toContain('No errors were found');
      expect(qemuImg('compare', path('overlay'), path('flat'))).toContain('Images are identical');
    });

    test('an empty terabyte is small', async () => {
      const store = new FileStore(join(folder, 'terabyte'), 'w+');
      const source = new MemoryStore();
      await writeQcow2(knownEmpty(2 ** 40), source);
      await writeQcow2(await reopened(source), store, { clusterBytes: 2048 * KIB });
      await store.close();
      expect(statSync(join(folder, 'terabyte')).size).toBeLessThanOrEqual(5 * 2048 * KIB);
      expect(qemuImg('check', join(folder, 'terabyte'))).toContain('No errors were found');
    });

    test('a raw export has holes and is the same', async () => {
      const bytes = new Uint8Array(40_000 * KIB + 100);
      bytes.fill(7, 20_000 * KIB, 20_010 * KIB);
      bytes[bytes.length - 1] = 1;
      const store = new FileStore(join(folder, 'raw'), 'w+');
      await writeRaw(rawOf(bytes), store);
      await store.close();
      expect(Buffer.compare(readFileSync(join(folder, 'raw')), bytes)).toBe(0);
      expect(statSync(join(folder, 'raw')).blocks * 512).toBeLessThan(100 * KIB);
    });
  });

  const sized = (sizeBytes: number) => new RawImage(emptyStore(sizeBytes));
  /** A disk that knows that it is empty. */
  const knownEmpty = (sizeBytes: number): DiskImage => {
    const image = sized(sizeBytes);
    return { sizeBytes, read: (offset, into) => image.read(offset, into), allocated: async function* () {}, close: () => image.close() };
  };

  test('compression is only used where it saves room, and then it does', async () => {
    const random = new Random(SEED);
    const noise = new Uint8Array(256 * KIB).map(() => random.bits32());
    const sizes = [];
    for (const [bytes, compressor] of [
      [noise, undefined],
      [noise, deflate],
      [new Uint8Array(256 * KIB).fill(65), deflate],
    ] as const) {
      const store = new MemoryStore();
      await writeQcow2(rawOf(bytes), store, { clusterBytes: 4 * KIB, ...(compressor && { compressor }) });
      sizes.push(store.sizeBytes);
    }
    expect(sizes[1]).toBe(sizes[0]);
    expect(sizes[2]).toBeLessThan(40 * KIB);
  });

  test('an export that is interrupted leaves no header; progress reaches the end otherwise', async () => {
    const image = rawOf(patchwork(new Random(SEED), 4000 * KIB));
    const store = new MemoryStore();
    const stop = () => {
      throw new Error('cancelled');
    };
    await expect(writeQcow2(image, store, { progress: stop })).rejects.toThrow('cancelled');
    await expect(reopened(store)).rejects.toThrow('not a qcow2 image');
    const seen: number[] = [];
    await writeQcow2(image, store, { progress: (done) => void seen.push(done) });
    expect(seen.at(-1)).toBe(image.sizeBytes);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  test('a full host ends the export with its own error, wherever it is, and leaves no header', async () => {
    const bytes = patchwork(new Random(SEED), 500 * KIB);
    const whole = new MemoryStore();
    await writeQcow2(rawOf(bytes), whole, { clusterBytes: 4 * KIB, compressor: deflate });
    for (let room = 0; room < whole.sizeBytes; room += 9 * KIB) {
      const store = new FullStore(room);
      await expect(writeQcow2(rawOf(bytes), store, { clusterBytes: 4 * KIB, compressor: deflate })).rejects.toThrow('no space left');
      await expect(reopened(store)).rejects.toThrow('not a qcow2 image');
    }
  });

  test('impossible cluster sizes and disks are refused', async () => {
    const store = new MemoryStore();
    for (const clusterBytes of [0, 256, 1000, 4096 * KIB]) {
      await expect(writeQcow2(sized(0), store, { clusterBytes })).rejects.toThrow('power of two');
    }
    await expect(writeQcow2(sized(2 ** 40), store, { clusterBytes: 512 })).rejects.toThrow('larger clusters');
  });
});

test('the ranges of a disk that are not zero', async () => {
  const bytes = new Uint8Array(5000 * KIB);
  bytes.fill(1, 1000, 3000 * KIB);
  bytes[4000 * KIB] = 1;
  const extents = await Array.fromAsync(nonZeroExtents(rawOf(bytes)));
  expect(extents).toEqual([
    { offset: 0, length: 3000 * KIB },
    { offset: 4000 * KIB, length: 4 * KIB },
  ]);
});
