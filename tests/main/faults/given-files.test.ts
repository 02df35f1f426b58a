/**
 * Files that somebody gives as a disk, as other programs make them and then spoilt: each is refused in one sentence that says
 * what it is, or is a disk; none is taken for what it is not as long as its mark is whole. A failure prints its seed;
 * VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookAtDiskFile } from '../../../main/disks/disk-file.ts';
import { ContractError } from '../../../preload/contract/contract.ts';
import { elf, image } from '../../board/boot-files.ts';
import { Random } from '../../differential/random.ts';
import { describeWith } from '../../kit/tools.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 30);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 400);
const FORMATS = ['vmdk', 'vdi', 'vhdx', 'vpc', 'qed', 'parallels', 'qcow2', 'raw'] as const;
/** A file of few bytes: nothing may be made of it that is much larger. */
const GROWTH_BYTES = 128 * 2 ** 20;

describeWith(['qemu-img'], 'files given as disks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-given-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const whole = new Map<string, Buffer>();
  beforeAll(() => {
    const raw = join(folder, 'content.raw');
    writeFileSync(raw, Buffer.alloc(256 * 1024, 'content'));
    for (const format of FORMATS) {
      const file = join(folder, `whole.${format}`);
      execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', format, raw, file]);
      whole.set(format, readFileSync(file));
    }
    whole.set('fixed vpc', withFixedFooter(raw));
    whole.set('gzip', gzipSync(Buffer.alloc(64 << 20)));
    whole.set('zstd', zstdCompressSync(Buffer.alloc(64 << 20)));
    whole.set('ELF', Buffer.from(elf()));
    whole.set('kernel', Buffer.from(image()));
  }, 120_000);

  /** A fixed VHD has its mark at the end only. */
  function withFixedFooter(raw: string): Buffer {
    const file = join(folder, 'fixed.vpc');
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'vpc', '-o', 'subformat=fixed', raw, file]);
    return readFileSync(file);
  }

  test.for([...FORMATS, 'fixed vpc', 'gzip', 'zstd', 'ELF', 'kernel'])('whole: %s', async (kind) => {
    const file = join(folder, 'given');
    writeFileSync(file, whole.get(kind) as Buffer);
    const answer = await lookAtDiskFile(file).then(
      ({ format }) => format,
      ({ message }: Error) => message,
    );
    if (kind === 'raw' || kind === 'qcow2') expect(answer).toBe(kind);
    else expect(answer).toMatch(new RegExp(`^${file} is an? .*: `));
    // Asked for, anything is a raw disk: its bytes as they are.
    expect(await lookAtDiskFile(file, { format: 'raw' })).toMatchObject({ format: 'raw' });
  });

  function spoil(random: Random, bytes: Buffer): Buffer {
    for (let changes = 1 + random.below(5); changes > 0; changes--) {
      const at = random.below(random.pick([16, 128, 1024, bytes.length, bytes.length]));
      if (at >= bytes.length) continue;
      if (random.chance(0.5)) bytes[at]! ^= 1 << random.below(8);
      else bytes.fill(random.below(256), at, Math.min(bytes.length, at + random.below(600)));
    }
    if (random.chance(0.2)) return bytes.subarray(0, random.below(bytes.length));
    return random.chance(0.1) ? Buffer.concat([bytes, Buffer.from(random.pick([...whole.values()]).subarray(0, 2000))]) : bytes;
  }

  test(`spoilt (VIVARIUM_SEED=${SEED})`, async () => {
    const outcomes = { disk: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const context = `VIVARIUM_SEED=${SEED + round} VIVARIUM_ROUNDS=1`;
      const random = new Random(SEED + round);
      const file = join(folder, `spoilt-${round % 8}`);
      writeFileSync(file, spoil(random, Buffer.from(random.pick([...whole.values()]))));
      const before = process.memoryUsage().arrayBuffers;
      try {
        const { format, fileBytes } = await lookAtDiskFile(file);
        expect(['raw', 'qcow2'], context).toContain(format);
        expect(fileBytes, context).toBe(readFileSync(file).length);
        outcomes.disk += 1;
      } catch (error) {
        if (!(error instanceof ContractError) || !error.message.startsWith(file)) throw new Error(context, { cause: error });
        expect(error.message, context).not.toMatch(/undefined|NaN|\n/);
        outcomes.refused += 1;
      }
      expect(process.memoryUsage().arrayBuffers - before, context).toBeLessThan(GROWTH_BYTES);
    }
    if (ROUNDS >= 100) for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(ROUNDS / 20);
  });
});
