/**
 * Starts machines: the only door from a process into the emulator. `main` calls it from the Electron main process,
 * the browser shell or the CLI; each machine gets its threads and its shared memory here.
 */
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { runState } from '../engine/layout.ts';
import { wasm } from '../engine/wasm/webassembly.ts';
import {
  type Ending,
  type MachineConfiguration,
  MachineError,
  type MachineEvents,
  type RunningMachine,
  type SavedMachine,
} from '../index.ts';
import { coreState } from '../isa/riscv/state.ts';
import { bind } from '../snapshot/schema.ts';
import { machineLayout } from '../machine/layout.ts';
import { saveMachine } from './save.ts';
import { MachineThreads } from './machine-threads.ts';

/** The largest memory a machine may have: WebAssembly's 4 GiB hold RAM and the engine's own data. */
const MOST_MEMORY = 3 * 1024 ** 3;
const MEBIBYTE = 1024 ** 2;
const PAGE_SIZE = 4096;
/** A thread's nursery: garbage here is short-lived, and three threads' nurseries count against every machine. */
const YOUNG_MB = 6;

// Sources kept for a second compilation of the same script: every thread would hold them, none will need them.
setFlagsFromString('--no-compilation-cache');

/** Has threads find what an earlier start compiled of our own sources: a third of a machine's start-up otherwise. */
function sharedCompilations(): Record<string, string> {
  const { directory } = enableCompileCache();
  // The folder named is that of this version of Node; its parent is what the variable takes.
  return directory ? { NODE_COMPILE_CACHE: dirname(directory) } : {};
}

/**
 * Loads the boot files, creates the machine's memory and threads and lets it run; or goes on from a saved machine,
 * whose configuration must be the one it was saved with.
 * @throws MachineError when a file is missing or unusable; nothing is left running then
 */
export async function startMachine(
  configuration: MachineConfiguration,
  events: MachineEvents,
  from?: SavedMachine,
): Promise<RunningMachine> {
  const { memoryBytes, cores } = configuration;
  if (memoryBytes % MEBIBYTE !== 0 || memoryBytes < 2 * MEBIBYTE || memoryBytes > MOST_MEMORY)
    throw new MachineError(
      `a machine needs between 2 MiB and 3 GiB of memory, in whole MiB; ${memoryBytes / MEBIBYTE} MiB cannot be given`,
    );
  if (!Number.isInteger(cores) || cores < 1 || cores > 8) throw new MachineError(`a machine has 1 to 8 cores, not ${cores}`);
  const layout = machineLayout(configuration);
  const pages = layout.memoryPages;
  const memory = new wasm.Memory({ initial: pages, maximum: pages, shared: true });
  const ram = new Uint8Array(memory.buffer, layout.ram.host, layout.ram.size);
  for (const [page, bytes] of from?.pages ?? []) ram.set(bytes, page * PAGE_SIZE);
  const threads = new MachineThreads(configuration, memory, layout, events);
  await threads.start(
    (file, workerData, transfer) =>
      new Worker(new URL(file, import.meta.url), {
        workerData,
        transferList: [...transfer],
        env: { ...process.env, ...sharedCompilations() },
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      }),
    from?.state,
  );

  // Snapshots come one after the other: the marks on the pages are one snapshot's.
  let previous: Promise<unknown> = Promise.resolve();
  const states = layout.cores.map((core) => bind(coreState, memory.buffer, core.state));
  const working = layout.cores.map((core) => bind(runState, memory.buffer, core.run));
  const sum = (values: readonly bigint[]) => Number(values.reduce((a, b) => a + b, 0n));
  return {
    pause: () => threads.pause(),
    resume: () => threads.resume(),
    stop: () => threads.stop({ kind: 'stopped' } satisfies Ending),
    write: (console, bytes) => threads.toIo({ kind: 'input', console, bytes }),
    acknowledge: (console, count) => threads.toIo({ kind: 'acknowledge', console, count }),
    resize: (console, columns, rows) => threads.toIo({ kind: 'resize', console, columns, rows }),
    save: () => {
      const saved = previous.then(() => saveMachine(threads, layout, memory.buffer));
      previous = saved.catch(() => undefined);
      return saved;
    },
    figures: () => {
      const instructions = sum(states.map(({ retired }) => retired));
      const { user, system } = process.cpuUsage();
      return {
        instructions,
        compiledInstructions: Math.max(0, instructions - sum(working.map(({ interpreted }) => interpreted))),
        fragments: working.reduce((all, { fragments }) => all + fragments, 0),
        seconds: threads.seconds(),
        hostCpuSeconds: (user + system) / 1e6,
      };
    },
  };
}
