/** Threads of machines end in order in every state, and one that does not answer concerns its own machine only. */
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startMachine } from '../../../emulator/host/index.ts';
import type { Ending, MachineConfiguration, MachineEvents } from '../../../emulator/index.ts';
import { attach, bare } from './bare-machine.ts';
import { CLOSED, OPEN, OPENING, type SlowSetup } from './slow-disk.ts';

const module = new URL('./slow-disk.ts', import.meta.url).href;
const FOREVER = 'stay: j stay';

/** Disks in the given number, each with its state. */
function slow(setup: Omit<SlowSetup, 'state'>, count = 1) {
  const states = Array.from({ length: count }, () => new Int32Array(new SharedArrayBuffer(4)));
  return { states, disks: states.map((state) => ({ module, setup: { ...setup, state }, readonly: false })) };
}
const now = (states: readonly Int32Array[]) => states.map((state) => Atomics.load(state, 0));

function events(more: Partial<MachineEvents> = {}): MachineEvents {
  return { output: () => undefined, ended: () => undefined, log: () => undefined, ...more };
}
function unusable(configuration: MachineConfiguration): MachineConfiguration {
  if (configuration.boot.kind !== 'bare') throw new Error('not a bare machine');
  writeFileSync(configuration.boot.program, 'just text\n');
  return { ...configuration, boot: { kind: 'linux', kernel: configuration.boot.program, commandLine: '' } };
}

/** How many threads were ended from outside. */
function countKills() {
  const kill = vi.spyOn(Worker.prototype, 'terminate');
  onTestFinished(() => kill.mockRestore());
  return kill;
}

it.each(['interpreter', 'compiler', 'auto'] as const)('threads end by themselves (%s)', async (engine) => {
  const kill = countKills();
  const { states, disks } = slow({});
  const { machine, ended } = await attach(bare(FOREVER, engine, { disks, cores: 2 }));
  await machine.stop();
  expect(await ended).toEqual({ kind: 'stopped' });
  expect([now(states), kill.mock.calls.length]).toEqual([[CLOSED], 0]);
});

it('a start that fails while disks are opening waits for them and closes them', async () => {
  const kill = countKills();
  const { states, disks } = slow({ opensMs: 300 }, 3);
  const starting = startMachine(unusable(bare(FOREVER, 'auto', { disks })), events());
  await expect(starting).rejects.toThrow(/kernel/);
  expect([now(states), kill.mock.calls.length]).toEqual([[CLOSED, CLOSED, CLOSED], 0]);
});

it('a start that is given up ends in order', async () => {
  const kill = countKills();
  const { states, disks } = slow({ opensMs: 300 });
  const abort = new AbortController();
  const starting = startMachine(bare(FOREVER, 'auto', { disks }), events(), undefined, abort.signal);
  const state = states[0] as Int32Array;
  await Atomics.waitAsync(state, 0, 0).value;
  expect(Atomics.load(state, 0)).toBe(OPENING);
  abort.abort(new Error('given up'));
  await expect(starting).rejects.toThrow('given up');
  expect([now(states), kill.mock.calls.length]).toEqual([[CLOSED], 0]);
});

it('a thread that hangs is left alone; it is told when it is gone', async () => {
  const kill = countKills();
  const { states, disks } = slow({ blocksMs: 12_000 });
  const abort = new AbortController();
  let gone: Promise<void> | undefined;
  const lingers = (until: Promise<void>) => void (gone = until);
  const starting = startMachine(bare(FOREVER, 'auto', { disks }), events({ lingers }), undefined, abort.signal);
  const state = states[0] as Int32Array;
  await Atomics.waitAsync(state, 0, 0).value;
  abort.abort(new Error('given up'));
  await expect(starting).rejects.toThrow('given up');
  expect([gone === undefined, now(states)]).toEqual([false, [OPENING]]);
  await gone;
  expect([now(states), kill.mock.calls.length], 'it closed its disk before it went').toEqual([[CLOSED], 0]);
}, 60_000);

it('an error in the I/O thread ends its machine, with the disks closed', async () => {
  const kill = countKills();
  const { states, disks } = slow({});
  const wild = { module: new URL('./noting-disk.ts', import.meta.url).href, setup: { name: 'wild', sizeBytes: 512, filled: 1 } };
  const ending = Promise.withResolvers<Ending>();
  const machine = await startMachine(
    bare(FOREVER, 'auto', { disks: [...disks, { ...wild, readonly: false }] }),
    events({ ended: ending.resolve }),
  );
  expect(now(states)).toEqual([OPEN]);
  await machine.tellDisk(1, 'crash');
  expect(await ending.promise).toMatchObject({
    kind: 'failed',
    fault: { code: 'machine-thread-crashed', facts: { detail: expect.stringContaining('wild: crashed') as string } },
  });
  expect([now(states), kill.mock.calls.length]).toEqual([[CLOSED], 0]);
});
