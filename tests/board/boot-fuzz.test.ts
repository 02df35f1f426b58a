/**
 * Spoilt kernels, initrds, firmware and programs: each starts or is refused in words, nothing is written outside memory, and
 * what unpacks takes no more than it is for. A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it
 * longer.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { BootFiles } from '../../emulator/board/boot/request.ts';
import { riscv64Virt as virt } from '../../emulator/board/riscv64-virt/board.ts';
import { DRAM } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { MachineError } from '../../emulator/index.ts';
import { GuestMemory } from '../../emulator/memory/guest-memory.ts';
import { Random } from '../differential/random.ts';
import { elf, image, zboot } from './boot-files.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 30);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 400);
const RAM_BYTES = 16 * 2 ** 20;
/** What one round may hold beside the machine: the file unpacked, once more where it is placed, a device tree. */
const GROWTH_BYTES = 4 * RAM_BYTES;

const buffer = new SharedArrayBuffer(RAM_BYTES);
const pageFlags = new Uint8Array(RAM_BYTES / 4096);
const unused = () => undefined;

function boot(files: BootFiles): void {
  const memory = new GuestMemory({
    buffer,
    ramOffset: 0,
    ranges: [{ at: DRAM, size: RAM_BYTES }],
    pageFlags,
    fetch: unused,
    keep: unused,
    codeWritten: unused,
  });
  const configuration = { board: 'riscv64-virt', cores: 1, memoryBytes: RAM_BYTES, disks: [], ports: [] } as const;
  virt.prepareBoot(configuration, virt.plan(configuration), {
    files,
    memory,
    inflate: (bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
    entropy: (count) => new Uint8Array(count),
  });
}

/** Programs of every kind, right as they are. The last is more than the machine has, in a few kilobytes. */
const kinds: readonly Uint8Array[] = [
  image(8192, { sectionsEnd: 0x3000 }),
  image(4096, { textOffset: 0x40_0000n }),
  elf(),
  elf({ type: 3, virtual: 0n, tohost: 0x40n }),
  elf({ tohost: 0x8000_1000n, memorySize: 0x10_0000n }),
  new Uint8Array(gzipSync(image(8192))),
  zboot(new Uint8Array(gzipSync(image(8192)))),
  new Uint8Array(gzipSync(image(4 * RAM_BYTES))),
];

const NUMBERS = [0n, 1n, 7n, 0x1000n, 0x8000_0000n, 0x80ff_fff8n, 0x8100_0000n, 0xffff_ffffn, 1n << 40n, 1n << 63n, (1n << 64n) - 1n];

function spoil(random: Random, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let changes = random.below(4); changes > 0; changes--) {
    // Headers are at the beginning; symbol tables and sections of these ELF files before the byte 1024.
    const within = Math.min(bytes.length - 8, random.pick([64, 128, 128, 1024]));
    const at = random.below(Math.max(1, within));
    if (random.chance(0.4)) bytes[at]! ^= 1 << random.below(8);
    else if (random.chance(0.3)) view.setUint16(at & ~1, random.pick([0, 1, 2, 0xffff, random.below(65_536)]), true);
    else if (at + 8 <= bytes.length) view.setBigUint64(at & ~7, random.pick(NUMBERS), true);
  }
  return random.chance(0.15) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

const rubbish = (random: Random) => Uint8Array.from({ length: random.below(3000) }, () => random.below(256));

function filesOf(random: Random): BootFiles {
  const file = () => (random.chance(0.05) ? rubbish(random) : spoil(random, random.pick(kinds).slice()));
  if (random.chance(0.3)) return { kind: 'bare', program: file() };
  if (random.chance(0.2)) return { kind: 'firmware', firmware: file() };
  const initrd = random.chance(0.3) ? new Uint8Array(random.pick([0, 1, 4096, RAM_BYTES / 2, RAM_BYTES])) : undefined;
  const commandLine = random.chance(0.1) ? 'x'.repeat(random.below(5000)) : 'console=ttyS0';
  return {
    kind: 'linux',
    kernel: file(),
    commandLine,
    ...(initrd ? { initrd } : {}),
    ...(random.chance(0.2) ? { firmware: file() } : {}),
  };
}

test(`spoilt boot files start or are refused in words (VIVARIUM_SEED=${SEED})`, () => {
  const outcomes = { started: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const files = filesOf(new Random(seed));
    const before = process.memoryUsage().arrayBuffers;
    try {
      boot(files);
      outcomes.started += 1;
    } catch (error) {
      const isSaid = error instanceof MachineError && error.message.length > 20 && !/undefined|NaN/.test(error.message);
      if (!isSaid) throw new Error(`VIVARIUM_SEED=${seed} VIVARIUM_ROUNDS=1`, { cause: error });
      outcomes.refused += 1;
    }
    expect(process.memoryUsage().arrayBuffers - before, `VIVARIUM_SEED=${seed} VIVARIUM_ROUNDS=1`).toBeLessThan(GROWTH_BYTES);
  }
  if (ROUNDS >= 300) for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(ROUNDS / 20);
});
