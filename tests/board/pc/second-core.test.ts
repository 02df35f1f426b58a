/** A core of a PC may be sent INIT and SIPI by the first before its own thread has been told to begin. */
import { expect, test } from 'vitest';
import { loadBoard } from '../../../emulator/board/boards.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';
import type { MachineConfiguration } from '../../../emulator/index.ts';
import { ApicBus, DELIVERY } from '../../../emulator/isa/x86/privileged/interrupt-messages.ts';
import { ACTIVITY } from '../../../emulator/isa/x86/state.ts';
import type { X86Core } from '../../../emulator/isa/x86/privileged/x86-core.ts';
import { createCoreThread } from '../../../emulator/machine/core-thread.ts';
import { machineLayout } from '../../../emulator/machine/layout.ts';

const VECTOR = 8;

test('they are not lost', async () => {
  await loadBoard('pc');
  const configuration: MachineConfiguration = {
    board: 'pc',
    memoryBytes: 16 * 2 ** 20,
    cores: 2,
    engine: 'interpreter',
    boot: { kind: 'bare', program: '' },
    disks: [],
    ports: [],
  };
  const layout = machineLayout(configuration);
  const memory = new wasm.Memory({ initial: layout.memoryPages, maximum: layout.memoryPages, shared: true });
  const second = createCoreThread({
    configuration,
    memory,
    table: new wasm.Table({ initial: 64, element: 'anyfunc' }),
    index: 1,
    resumes: false,
    tiering: { compile: false, threshold: 0 },
    now: () => [0, 0],
    random: () => 0n,
    end: () => undefined,
    log: () => undefined,
  });
  const bus = new ApicBus({ buffer: memory.buffer, states: layout.cores.map(({ state }) => state), signals: [] });
  const to = { kind: 'core', number: 1 } as const;
  bus.send({ to, mode: DELIVERY.init, vector: 0, level: true }, 0);
  bus.send({ to, mode: DELIVERY.startup, vector: VECTOR, level: false }, 0);
  second.start({ builtInFirmware: false, pc: 0n, arguments: [] });
  const privileged = second.core.privileged as X86Core;
  // INIT, and then SIPI.
  expect([second.core.takeInterrupt(), second.core.takeInterrupt()]).toEqual([true, true]);
  expect(privileged.state.activity).toBe(ACTIVITY.active);
  expect(privileged.state.pc).toBe(BigInt(VECTOR) << 12n);
});
