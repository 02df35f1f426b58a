/**
 * Starts machines: the only door from a process into the emulator. `main` calls it from the Electron main process,
 * the browser shell or the CLI; each machine gets its threads and its shared memory here.
 */
import './v8-flags.ts';
import { loadBoard } from '../board/boards.ts';
import { wasm } from '../engine/wasm/webassembly.ts';
import { type MachineConfiguration, MachineError, type MachineEvents, type RestorePoint, type RunningMachine } from '../index.ts';
import { type MachineLayout, machineLayout, sharedRam } from '../machine/layout.ts';
import { readState, retiredInstructions } from '../machine/saved-state.ts';
import { flagWords, markStart } from '../memory/page-flags.ts';
import { CoreModules } from './core-modules.ts';
import { MachineThreads, type ThreadSources } from './machine-threads.ts';
import { ThreadSupply } from './thread-supply.ts';
import { Machine } from './machine.ts';

/** The largest memory a machine may have: WebAssembly's 4 GiB hold RAM and the engine's own data. */
const MAX_MEMORY = 3 * 1024 ** 3;
const MEBIBYTE = 1024 ** 2;

const sources: ThreadSources = { supply: new ThreadSupply(), modules: new CoreModules() };

/**
 * For a process that starts machines again and again: from now on the threads of the next machine are loaded beforehand.
 * Costs some 70 MiB, which the next machine then uses, and, after each start, half a second of one of the host's cores.
 * @param diskModules URLs of the modules that the machines' disks are opened by (`ModuleDisk.module`)
 * @param after milliseconds until the first is loaded: a program that opens has other things to do first
 */
export const keepThreadsReady = (diskModules: readonly string[] = [], after = 0): void => sources.supply.keepReady(diskModules, after);

/** Begins to load the threads of a machine that is about to start; where it does not, `letThreadsGo` ends them. */
export const expectMachine = ({ board, engine }: Pick<MachineConfiguration, 'board' | 'engine'>): void =>
  sources.supply.loadNow(board, engine === 'auto' ? ['io', 'core', 'compiler'] : ['io', 'core']);

/**
 * From now on the cores' modules are kept on disk as well, for machines that other processes start. What goes wrong there costs no
 * more than the time that it would have saved.
 * @param open makes the folder, which nobody else can write into, when it is first wanted; @throws where it cannot
 */
export const keepCoreModules = (open: () => string): void => sources.modules.keepIn(open);

/** No threads are kept ready any more: for a process that is about to end. Resolves when those that waited have ended. */
export const letThreadsGo = (): Promise<void> => sources.supply.close();

let left = 0;
/** How many threads of machines do not answer and were left alone (`MachineEvents.lingers`). */
export const threadsLeft = (): number => left;

/** Counts the threads that were left alone. */
function counting(events: MachineEvents): MachineEvents {
  return {
    ...events,
    lingers(gone) {
      left++;
      void gone.then(() => left--);
      events.lingers?.(gone);
    },
  };
}

/**
 * Loads the boot files, creates the machine's memory and threads and lets it run; or goes on from a snapshot point, whose
 * machine must have had the same memory, cores, disks and ports.
 * @param signal gives the start up
 * @throws MachineError when a file is missing or unusable, or the snapshot point does not fit; nothing is left running then
 */
export async function startMachine(
  configuration: MachineConfiguration,
  events: MachineEvents,
  point?: RestorePoint,
  signal?: AbortSignal,
): Promise<RunningMachine> {
  const { memoryBytes, cores } = configuration;
  if (memoryBytes % MEBIBYTE !== 0 || memoryBytes < 2 * MEBIBYTE || memoryBytes > MAX_MEMORY)
    throw new MachineError('machine-memory-size', { bytes: memoryBytes });
  if (!Number.isInteger(cores) || cores < 1 || cores > 8) throw new MachineError('machine-core-count', { cores });
  await loadBoard(configuration.board);
  signal?.throwIfAborted();
  sources.supply.expect(configuration.board);
  const layout = machineLayout(configuration);
  const retired = point ? retiredIn(point.state) : 0;
  const memory = new wasm.Memory({ initial: layout.memoryPages, maximum: layout.memoryPages, shared: true });
  const threads = new MachineThreads(configuration, memory, layout, counting(events));
  if (point) expectPages(point, layout, memory.buffer, threads);
  await threads.start(sources, { saved: point?.state, paused: point?.paused, signal });
  return new Machine(threads, layout, memory.buffer, retired);
}

/** Instructions that the cores of a saved machine had retired. @throws MachineError where the state is damaged */
function retiredIn(bytes: Uint8Array): number {
  return retiredInstructions(readState(bytes));
}

/** Marks what is still to be read, before any thread can look at it. */
function expectPages({ differs, fill }: RestorePoint, layout: MachineLayout, buffer: SharedArrayBuffer, { pages }: MachineThreads): void {
  const words = flagWords(buffer, layout.ram.pageFlags, layout.ram.size);
  pages.absent.expect(markStart(words, differs));
  fill(sharedRam(layout, buffer));
}

export { deviceTreeOf } from './device-tree.ts';
