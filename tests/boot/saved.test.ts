/** A machine saved while it runs goes on twice: in itself, and in every machine started from what was saved. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { assemble } from '../../emulator/host/assembly.ts';
import { startMachine } from '../../emulator/host/index.ts';
import type { MachineConfiguration, RunningMachine, SavedMachine } from '../../emulator/index.ts';
import { GuestKit } from '../../main/images/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-saved-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Attached {
  readonly machine: RunningMachine;
  says(text: string): Promise<void>;
}

async function attach(configuration: MachineConfiguration, from?: SavedMachine): Promise<Attached> {
  let output = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  let machine: RunningMachine | undefined;
  const events = {
    output: (console: number, bytes: Uint8Array) => {
      output += Buffer.from(bytes).toString('latin1');
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
      setImmediate(() => machine?.acknowledge(console, bytes.length));
    },
    ended: () => undefined,
    log: () => undefined,
  };
  machine = await startMachine(configuration, events, from);
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      if (output.includes(text)) resolve();
      else waiting.push({ text, resolve });
    });
  return { machine, says };
}

const type = (machine: RunningMachine, text: string) => machine.write(0, Buffer.from(text));

it.each(['interpreter', 'auto', 'compiler'] as const)(
  'hello-riscv64 goes on from what was saved (%s)',
  async (engine) => {
    const kit = new GuestKit({ cacheDirectory: folder });
    const { boot, ports, memoryMiB } = await kit.prepare('hello-riscv64', {}, () => undefined);
    const configuration = { board: 'riscv64-virt', memoryBytes: memoryMiB * 2 ** 20, cores: 1, engine, boot, disks: [], ports } as const;
    const original = await attach(configuration);
    await original.says('help lists what it does');
    type(original.machine, 'mem 80000000\r');
    await original.says('0000000080000030');
    const saved = await original.machine.save();
    const again = await original.machine.save();
    // Nothing but time has passed between the two in a guest that waits for input.
    expect([...again.pages.keys()]).toEqual([...saved.pages.keys()]);

    const branch = await attach(configuration, saved);
    for (const { machine, says } of [original, branch]) {
      type(machine, 'help\r');
      await says('powers off');
      await machine.stop();
    }
    await expect(original.machine.save()).rejects.toThrow(/has ended/);
    await expect(attach({ ...configuration, memoryBytes: 2 ** 30 }, saved)).rejects.toThrow(/was saved with/);
    const damaged = saved.state.slice();
    damaged[100] = (damaged[100] as number) ^ 1;
    await expect(attach(configuration, { ...saved, state: damaged })).rejects.toThrow(/damaged/);
  },
  120_000,
);

/** Writes the number of the pass to 64 pages in turn, without end. */
const SWEEPER = `
  li s0, 0x80100000
  li s2, 4096
  li s1, 0
outer:
  addi s1, s1, 1
  mv t0, s0
  li t1, 64
inner:
  sd s1, 0(t0)
  add t0, t0, s2
  addi t1, t1, -1
  bnez t1, inner
  j outer
`;
const FIRST_PAGE = 0x100;
const SWEPT = 64;

it.each(['interpreter', 'auto', 'compiler'] as const)(
  'what is saved of a machine that keeps writing is one instant (%s)',
  async (engine) => {
    const program = join(folder, 'sweeper.bin');
    writeFileSync(program, assemble(SWEEPER).bytes);
    const configuration = {
      board: 'riscv64-virt',
      memoryBytes: 64 * 2 ** 20,
      cores: 1,
      engine,
      boot: { kind: 'bare', program },
      disks: [],
      ports: [],
    } as const;
    const { machine } = await attach(configuration);
    let before = 0n;
    for (let round = 0; round < 8; round++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const { pages } = await machine.save();
      const passes = Array.from({ length: SWEPT }, (_, page) => {
        const bytes = pages.get(FIRST_PAGE + page);
        return bytes ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) : 0n;
      });
      const newest = passes[0] as bigint;
      const written = passes.filter((pass) => pass === newest).length;
      // The pages written in this pass come first, all others are of the pass before.
      expect(passes).toEqual([...Array<bigint>(written).fill(newest), ...Array<bigint>(SWEPT - written).fill(newest - 1n)]);
      expect(newest).toBeGreaterThan(before);
      before = newest;
    }
    await machine.stop();
  },
  120_000,
);
