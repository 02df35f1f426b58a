/** A machine saved while it runs goes on twice: in itself, and in every machine started from what was saved. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { RunningMachine } from '../../emulator/index.ts';
import { GuestKit } from '../../main/images/index.ts';
import { attach, pointOf, restorePoint, sleep } from '../emulator/machine/bare-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-saved-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const type = (machine: RunningMachine, text: string) => machine.write(0, Buffer.from(text));

const GUESTS = [
  { template: 'hello-riscv64', board: 'riscv64-virt', look: 'mem 80000000', sees: '0000000080000030' },
  { template: 'hello-amd64', board: 'pc', look: 'mem 200000', sees: '0000000000200030' },
] as const;
const ENGINES = ['interpreter', 'auto', 'compiler'] as const;

it.each(GUESTS.flatMap((guest) => ENGINES.map((engine) => ({ ...guest, engine }))))(
  '$template goes on from what was saved ($engine)',
  async ({ template, board, look, sees, engine }) => {
    const kit = new GuestKit({ cacheDirectory: folder });
    const { boot, ports, memoryMiB } = await kit.prepare(template, {}, () => undefined);
    const memoryBytes = memoryMiB * 2 ** 20;
    const configuration = { board, memoryBytes, cores: 1, engine, boot, disks: [], ports } as const;
    const original = await attach(configuration);
    await original.says('help lists what it does');
    void type(original.machine, `${look}\r`);
    await original.says(sees);
    const saved = await pointOf(await original.machine.save());
    const again = await pointOf(await original.machine.save({ onlyChanged: true }), saved);
    // Nothing but time has passed between the two in a guest that waits for input.
    expect([...again.pages.keys()]).toEqual([...saved.pages.keys()]);
    expect(again.copied).toBeLessThan(8);

    // What is typed finds the core asleep, its memory still to come.
    const branch = await attach(configuration, restorePoint(saved, memoryBytes, { slow: () => sleep(20) }));
    for (const { machine, says } of [original, branch]) {
      void type(machine, 'help\r');
      await says('powers off');
      await machine.stop();
    }
    await expect(original.machine.save()).rejects.toThrow(/has ended/);
    const other = { ...configuration, memoryBytes: 2 ** 30 };
    await expect(attach(other, restorePoint(saved, other.memoryBytes))).rejects.toThrow(/was saved with/);
    const damaged = saved.state.slice();
    damaged[100] = (damaged[100] as number) ^ 1;
    await expect(attach(configuration, restorePoint({ ...saved, state: damaged }, memoryBytes))).rejects.toThrow(/damaged/);
  },
  120_000,
);
