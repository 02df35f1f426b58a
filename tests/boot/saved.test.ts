/** A machine saved while it runs goes on twice: in itself, and in every machine started from what was saved. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { RunningMachine } from '../../emulator/index.ts';
import { GuestKit } from '../../main/images/index.ts';
import { attach, pointOf, restorePoint } from '../emulator/machine/bare-machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-saved-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const type = (machine: RunningMachine, text: string) => machine.write(0, Buffer.from(text));

it.each(['interpreter', 'auto', 'compiler'] as const)(
  'hello-riscv64 goes on from what was saved (%s)',
  async (engine) => {
    const kit = new GuestKit({ cacheDirectory: folder });
    const { boot, ports, memoryMiB } = await kit.prepare('hello-riscv64', {}, () => undefined);
    const memoryBytes = memoryMiB * 2 ** 20;
    const configuration = { board: 'riscv64-virt', memoryBytes, cores: 1, engine, boot, disks: [], ports } as const;
    const original = await attach(configuration);
    await original.says('help lists what it does');
    void type(original.machine, 'mem 80000000\r');
    await original.says('0000000080000030');
    const saved = await pointOf(await original.machine.save());
    const again = await pointOf(await original.machine.save({ onlyChanged: true }), saved);
    // Nothing but time has passed between the two in a guest that waits for input.
    expect([...again.pages.keys()]).toEqual([...saved.pages.keys()]);
    expect(again.copied).toBeLessThan(8);

    const branch = await attach(configuration, restorePoint(saved, memoryBytes));
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
