/** Builds one core of a machine over the shared memory, with its board's front ends, and runs it. */
import { createBoard } from '../board/kit/board.ts';
import { boardKind } from '../board/boards.ts';
import type { CoreBinding, CoreStart } from '../board/kit/core-binding.ts';
import { Core } from '../engine/core/core.ts';
import type { Tiering } from '../engine/core/tiering.ts';
import type { WasmMemory, WasmModule, WasmTable } from '../engine/wasm/webassembly.ts';
import type { Ending, MachineConfiguration } from '../index.ts';
import { PAGE } from '../engine/layout.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { bind } from '../snapshot/schema.ts';
import { createHtif } from './htif.ts';
import { MachineClock, type MonotonicTime } from './clock.ts';
import { controlState, machineLayout, pageWork, sharedRam, shootdownOf, WISH } from './layout.ts';
import { readState } from './saved-state.ts';
import type { CoreLoopParts } from './core-loop.ts';

/** How a core goes on from saved state; the I/O thread has put its registers back already. */
export interface CoreResume {
  readonly state: Uint8Array;
}

export interface CoreThreadParts {
  readonly configuration: MachineConfiguration;
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  readonly index: number;
  readonly tiering: Tiering;
  /** Whether it will start from saved state. */
  readonly resumes: boolean;
  /** Of a core of the same shape, made before. */
  readonly module?: WasmModule;
  readonly now: MonotonicTime;
  /** 64 bits of the host's entropy. */
  random(): bigint;
  /** The guest has ended its run; called at most once a core. */
  end(ending: Ending): void;
  log(line: string): void;
}

/** Builds the core; it does not run yet. The device state must have been initialised by the I/O thread before `start`. */
export function createCoreThread(parts: CoreThreadParts): {
  core: Core;
  loop: Omit<CoreLoopParts, 'receive'>;
  start(from: CoreStart | CoreResume): void;
} {
  const { configuration, memory, table, index } = parts;
  const kind = boardKind(configuration.board);
  const layout = machineLayout(configuration);
  const { buffer } = memory;
  const { ram } = layout;
  const control = bind(controlState, buffer, layout.control);
  const clock = new MachineClock(control, parts.now);
  const coreLayout = layout.cores[index];
  if (!coreLayout) throw new Error(`the machine has no core ${index}`);
  const shootdown = shootdownOf(layout, buffer);
  const { keeper, absent } = pageWork(sharedRam(layout, buffer));
  const guest = new GuestMemory({
    buffer,
    ramOffset: ram.host,
    ranges: ram.ranges,
    pageFlags: new Uint8Array(buffer, ram.pageFlags, ram.size / 4096),
    fetch: (page) => void absent.fetch(page),
    keep: (page) => keeper.keep(page),
    codeWritten: (page) => shootdown.codeChanged(page),
    reassigned: () => shootdown.reassigned(),
  });
  const words = new Int32Array(buffer, layout.control, 2);
  const wanted = () => Atomics.load(words, 0) !== WISH.run;
  let ended = false;
  const end = (ending: Ending) => {
    if (ended) return;
    ended = true;
    parts.end(ending);
    // This core stops before its next slice; the owner stops the others.
    board.signals(index).nudge();
  };
  const states = layout.cores.map(({ state }) => state);
  const board = createBoard(layout.board, { buffer, memory: guest, clock, powerRequested: end, log: (line) => parts.log(line), states });
  const signals = board.signals(index);
  let htif: (() => void) | undefined;
  const core: Core = new Core({
    architecture: kind.architecture,
    memory,
    memoryPages: layout.memoryPages,
    table,
    layout: coreLayout,
    ram,
    core: index,
    tiering: parts.tiering,
    resumes: parts.resumes,
    ...(parts.module ? { module: parts.module } : {}),
    bus: board,
    ports: board.ports,
    time: () => BigInt(clock.ticks()),
    nanoseconds: () => clock.nanoseconds(),
    random: () => parts.random(),
    lines: () => signals.lines,
    nudge: () => signals.nudge(),
    firmwareCall: () => binding.firmwareCall(),
    shootdown,
    keepPage: (page) => keeper.keep(page),
    awaitPage: (page) => absent.fetch(page, wanted),
    watchedWritten: () => htif?.(),
  });
  const binding: CoreBinding = kind.bindCore({ core, board, memory: guest, buffer, states, shootdown, end, resumes: parts.resumes });

  const watch = (tohost: number, fromhost: number | undefined) => {
    const print = (bytes: Uint8Array) => board.firmwareConsole.print(bytes);
    htif = createHtif({ memory: guest, tohost, fromhost, print, end, log: (line) => parts.log(line) });
    Atomics.or(new Uint8Array(buffer, ram.pageFlags), guest.offset(tohost, 1) >> 12, PAGE.watched);
  };
  const boot = (from: CoreStart) => {
    binding.begin(from);
    if (from.tohost !== undefined) watch(from.tohost, from.fromhost);
    core.modeChanged();
  };
  const resume = ({ state }: CoreResume) => {
    const saved = readState(state);
    binding.resume(saved.machine.builtInFirmware !== 0);
    if (saved.machine.tohost) watch(Number(saved.machine.tohost), Number(saved.machine.fromhost) || undefined);
    core.modeChanged();
  };
  const start = (from: CoreStart | CoreResume) => ('state' in from ? resume(from) : boot(from));
  return { core, loop: { core, board, binding, signals, clock, control: words, ended: () => ended }, start };
}
