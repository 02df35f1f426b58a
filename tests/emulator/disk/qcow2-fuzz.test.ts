/**
 * Spoilt images: bits flipped, words replaced, files cut, in valid images and their tables. Each gives data or a clear
 * error; none hangs, crashes or takes memory. A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes
 * it longer.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskImageError } from '../../../emulator/disk/disk-image.ts';
import { FIELD } from '../../../emulator/disk/qcow2/format.ts';
import { type BackingResolver, openImage } from '../../../emulator/disk/open.ts';
import { Random } from '../../differential/random.ts';
import { describeWith } from '../../kit/tools.ts';
import { decompressors, deflate, zstd } from './codecs.ts';
import { patchwork, readAll } from './content.ts';
import { rawByQemu } from './qemu.ts';
import { SmallImage } from './small-image.ts';
import { MemoryStore } from './stores.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 20261123);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 1500);
/** The images are the same for every seed, so that a round can be repeated alone. */
const CONTENT_SEED = 1;
const CONTENT_BYTES = 400_000;
/** Rounds that QEMU takes part in: each is a process. */
const QEMU_ROUNDS = Math.ceil(ROUNDS / 40);
/** Steps of one round: pieces read and extents listed. A spoilt size may make a disk of petabytes. */
const STEPS = 40;
/** What one round may hold at once: caches of 4 and 8 MiB, an L1 table as large as the file, the pieces read. */
const MEMORY_BYTES = 64 * 1024 * 1024;
/** What one round may read of a file of less than 1 MiB. */
const READ_BYTES = 256 * 1024 * 1024;

async function validImages(): Promise<SmallImage[]> {
  const content = patchwork(new Random(CONTENT_SEED), CONTENT_BYTES);
  return [
    await SmallImage.of(content, undefined, 512),
    await SmallImage.of(content, undefined, 4096),
    await SmallImage.of(content, deflate, 4096),
    await SmallImage.of(content, zstd, 4096),
    await SmallImage.of(content, deflate, 65536),
    (await SmallImage.of(content, deflate, 4096)).asVersion2(),
    (await SmallImage.of(new Uint8Array(CONTENT_BYTES), undefined, 4096)).backedBy('base', 'raw'),
    (await SmallImage.of(content, undefined, 4096)).backedBy('self', 'qcow2'),
  ];
}

/** Numbers that find bugs, relative to the image. */
function interesting(random: Random, image: SmallImage): bigint {
  const cluster = BigInt(2 ** Math.min(21, image.view.getUint32(FIELD.clusterBits)));
  const inside = (BigInt(random.below(image.bytes.length)) / cluster) * cluster;
  const flags = random.pick([0n, 0n, 1n, 1n << 62n, 1n << 63n, 3n << 62n]);
  const values = [
    0n,
    1n,
    cluster,
    inside,
    inside,
    inside + 1n,
    BigInt(image.bytes.length),
    1n << 40n,
    (1n << 56n) - cluster,
    (1n << 62n) - 1n,
    (1n << 64n) - 1n,
  ];
  return BigInt.asUintN(64, random.pick(values) | flags);
}

function spoil(random: Random, image: SmallImage): Uint8Array {
  const { bytes, l1, refcountTable } = image;
  const l2 = image.l2();
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    switch (random.below(6)) {
      case 0:
        bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[random.below(200)]! ^= 1 << random.below(8);
        break;
      case 2:
        image.set32(4 * random.below(30), random.pick([0, 1, 9, 21, 0xffff, 0x7fff_ffff, 0xffff_ffff, random.bits32()]));
        break;
      case 3:
        image.set64(random.pick(Object.values(FIELD).filter((field) => field % 8 === 0)), interesting(random, image));
        break;
      default: {
        const at = random.pick([l1, l1 + 8, l2, l2, l2, l2, refcountTable]) + 8 * random.below(16);
        if (at + 8 <= bytes.length) image.set64(at, interesting(random, image));
      }
    }
  }
  return random.chance(0.15) ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

/** Opens and reads. @returns how it went */
async function use(bytes: Uint8Array, random: Random): Promise<{ outcome: 'data' | 'error' | 'partly'; readBytes: number }> {
  const stores: MemoryStore[] = [];
  const file = (content: Uint8Array, name: string) => {
    const store = new MemoryStore(content);
    stores.push(store);
    return { store, identity: `${name} ${stores.length}`, name };
  };
  const resolve: BackingResolver = async (name) => file(name === 'base' ? new Uint8Array(5000).fill(9) : bytes, name);
  const attempt = async (action: () => Promise<unknown>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof DiskImageError) || error.message.length < 10) throw error;
      return false;
    }
  };
  const readBytes = () => stores.reduce((sum, store) => sum + store.readBytes, 0);
  let failures = 0;
  const opened = await attempt(async () => {
    const { image } = await openImage(file(bytes, 'top'), { format: 'qcow2', decompressors, resolve });
    for (let step = 0; step < STEPS; step++) {
      const into = new Uint8Array(Math.min(image.sizeBytes, 1 + random.below(30_000)));
      const within = Math.min(image.sizeBytes, step % 8 === 7 ? Infinity : CONTENT_BYTES) - into.length;
      const offset = Math.floor((random.bits32() / 2 ** 32) * within);
      if (!(await attempt(() => image.read(offset, into)))) failures += 1;
    }
    let steps = 0;
    const listed = await attempt(async () => {
      for await (const extent of image.allocated?.(0, image.sizeBytes) ?? []) if (extent.length <= 0 || ++steps > STEPS) break;
    });
    if (!listed) failures += 1;
    await image.close();
  });
  expect(stores.every(({ closed }) => closed === 1)).toBe(true);
  return { outcome: !opened ? 'error' : failures > 0 ? 'partly' : 'data', readBytes: readBytes() };
}

test('spoilt images give data or a clear error', async () => {
  const images = await validImages();
  const outcomes = { data: 0, partly: 0, error: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const random = new Random(seed);
    const bytes = spoil(random, random.pick(images).copy());
    const before = process.memoryUsage().arrayBuffers;
    try {
      const { outcome, readBytes } = await use(bytes, random);
      outcomes[outcome] += 1;
      expect(readBytes).toBeLessThan(READ_BYTES);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY_BYTES);
    } catch (cause) {
      throw new Error(`VIVARIUM_SEED=${seed} VIVARIUM_ROUNDS=1`, { cause });
    }
  }
  // A fuzzer that only breaks headers, or nothing, would prove little.
  if (ROUNDS >= 1000) for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(ROUNDS / 20);
});

describeWith(['qemu-img'], 'spoilt maps', () => {
  test('where QEMU reads the whole disk and so do we, both read the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivarium-spoilt-'));
    let same = 0;
    try {
      const images = (await validImages()).slice(0, 6);
      for (let round = 0; round < QEMU_ROUNDS; round++) {
        const random = new Random(SEED + round);
        const image = random.pick(images).copy();
        for (let changes = 1 + random.below(3); changes > 0; changes--)
          image.set64(image.l2() + 8 * random.below(50), interesting(random, image));
        const path = join(folder, `${round}.qcow2`);
        writeFileSync(path, image.bytes);
        const ours = await readAll((await image.open()).image).catch(() => undefined);
        if (!ours) continue;
        expect(Buffer.compare(rawByQemu(path), ours), `VIVARIUM_SEED=${SEED + round}`).toBe(0);
        same += 1;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    if (QEMU_ROUNDS >= 20) expect(same).toBeGreaterThan(0);
  });
});

test('what was not spoilt opens and reads without an error', async () => {
  const readable = (await validImages()).slice(0, -1);
  for (const image of readable) expect((await use(image.bytes, new Random(SEED))).outcome).toBe('data');
});
