/**
 * A guest that scrambles every virtio device's queues, on both buses and in every engine, while it is paused, saved, put back
 * and typed at: nothing ends but by the guest's own word, no device writes where no descriptor points, and each does its work
 * after a reset. A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { expect, it } from 'vitest';
import type { DiskAttachment, EngineMode, VirtioBus } from '../../emulator/index.ts';
import { attach, bare, type Point, pointOf, restorePoint } from '../emulator/machine/bare-machine.ts';
import { CODES, queueProgram } from './kit/queue-program.ts';
import { ascii } from './kit/test-board.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 30);
/** Each chooses a device, resets it and scrambles its queues a few times; the program counts them, no clock. */
const BURSTS = 10 * Number(process.env['VIVARIUM_ROUNDS'] ?? 30);
const SAVES = 4;
/** What the process may grow by while a guest of 64 MiB does its worst: its memory, code, and 64 MiB of requests in flight. */
const GROWTH_BYTES = 512 * 2 ** 20;

const disk = (readonly: boolean): DiskAttachment => ({
  module: new URL('../emulator/machine/noting-disk.ts', import.meta.url).href,
  setup: { name: 'disk', sizeBytes: 1 << 20, filled: 1 },
  readonly,
});

const cases: readonly (readonly [EngineMode, VirtioBus])[] = [
  ['interpreter', 'mmio'],
  ['compiler', 'mmio'],
  ['auto', 'mmio'],
  ['interpreter', 'pci'],
  ['compiler', 'pci'],
  ['auto', 'pci'],
];

it.each(cases)(
  `a guest that scrambles every queue ends by its own word (%s, %s, VIVARIUM_SEED=${SEED})`,
  async (engine, virtio) => {
    const before = process.memoryUsage().rss;
    const parts = { disks: [disk(false), disk(true)], ports: ['shell', 'a.channel'], virtio };
    const configuration = bare(queueProgram(virtio, SEED, BURSTS), engine, parts);
    const { machine, ended } = await attach(configuration);
    let over = false;
    void ended.then(() => (over = true));
    let first: Point | undefined;
    for (let save = 0; save < SAVES && !over; save++) {
      for (const console of [0, 1, 2]) void machine.write(console, ascii('typed meanwhile')).catch(() => undefined);
      machine.resize(1 + (save % 2), 10 * save, 5 * save);
      // The guest may end at any of these; then they say so.
      await machine.pause();
      first ??= await machine.save().then(pointOf, () => undefined);
      await machine.resume();
      if (save === SAVES - 1 && first) await machine.restore(restorePoint(first, configuration.memoryBytes)).catch(() => undefined);
      expect(process.memoryUsage().rss - before, `VIVARIUM_SEED=${SEED}`).toBeLessThan(GROWTH_BYTES);
    }
    expect(await ended, `codes: ${JSON.stringify(CODES)}, VIVARIUM_SEED=${SEED}`).toEqual({ kind: 'poweroff', code: CODES.right });
  },
  120_000,
);
