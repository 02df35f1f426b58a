/** Builds one core of a machine over the shared memory, with its board's front ends, and runs it. */
import { createBoard } from '../board/kit/board.ts';
import { createSbi } from '../board/sbi/sbi.ts';
import { Core } from '../engine/core/core.ts';
import type { Tiering } from '../engine/core/core-module.ts';
import type { WasmMemory, WasmModule, WasmTable } from '../engine/wasm/webassembly.ts';
import type { Ending, MachineConfiguration } from '../index.ts';
import { riscv } from '../isa/riscv/architecture.ts';
import type { RiscvCore } from '../isa/riscv/privileged/riscv-core.ts';
import { PAGE } from '../engine/layout.ts';
import { HART } from '../isa/riscv/state.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { bind } from '../snapshot/schema.ts';
import { createHtif } from './htif.ts';
import { MachineClock, type MonotonicNanoseconds } from './clock.ts';
import { controlState, machineLayout, pageWork, sharedRam, shootdownOf, WISH } from './layout.ts';
import { readState, restoreCore } from './saved-state.ts';
import { prepareSupervisor, sbiHart, sbiPlatform } from './sbi-platform.ts';
import type { CoreLoopParts } from './core-loop.ts';

/** How a core starts, worked out on the I/O thread where the boot files are. */
export interface CoreStart {
  readonly privilege: 'M' | 'S';
  readonly pc: bigint;
  readonly a0: bigint;
  readonly a1: bigint;
  readonly a2: bigint;
  readonly tohost?: number;
  readonly fromhost?: number;
}

/** How a core goes on from saved state. */
export interface CoreResume {
  readonly state: Uint8Array;
}

export interface CoreThreadParts {
  readonly configuration: MachineConfiguration;
  readonly memory: WasmMemory;
  readonly table: WasmTable;
  readonly hartId: number;
  readonly tiering: Tiering;
  /** Of a core of the same shape, made before. */
  readonly module?: WasmModule;
  readonly now: MonotonicNanoseconds;
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
  const { configuration, memory, table, hartId } = parts;
  const layout = machineLayout(configuration);
  const { buffer } = memory;
  const { ram } = layout;
  const control = bind(controlState, buffer, layout.control);
  const clock = new MachineClock(control, parts.now);
  const coreLayout = layout.cores[hartId];
  if (!coreLayout) throw new Error(`the machine has no core ${hartId}`);
  const shootdown = shootdownOf(layout, buffer);
  const { keeper, absent } = pageWork(sharedRam(layout, buffer));
  const guest = new GuestMemory({
    buffer,
    ramOffset: ram.host,
    base: ram.base,
    size: ram.size,
    pageFlags: new Uint8Array(buffer, ram.pageFlags, ram.size / 4096),
    fetch: (page) => void absent.fetch(page),
    keep: (page) => keeper.keep(page),
    codeWritten: (page) => shootdown.codeChanged(page),
  });
  const words = new Int32Array(buffer, layout.control, 2);
  const wanted = () => Atomics.load(words, 0) !== WISH.run;
  let ended = false;
  const end = (ending: Ending) => {
    if (ended) return;
    ended = true;
    parts.end(ending);
    // This core stops before its next slice; the owner stops the others.
    board.signals(hartId).nudge();
  };
  const board = createBoard(layout.board, { buffer, memory: guest, clock, powerRequested: end, log: (line) => parts.log(line) });
  const signals = board.signals(hartId);
  let htif: (() => void) | undefined;
  const core: Core = new Core({
    architecture: riscv,
    memory,
    memoryPages: layout.memoryPages,
    table,
    layout: coreLayout,
    ram,
    hartId,
    tiering: parts.tiering,
    ...(parts.module ? { module: parts.module } : {}),
    bus: board,
    time: () => BigInt(clock.ticks()),
    lines: () => signals.lines,
    nudge: () => signals.nudge(),
    sbi: () => {
      sbi?.call(hart);
      return sbi !== undefined;
    },
    shootdown,
    keepPage: (page) => keeper.keep(page),
    awaitPage: (page) => absent.fetch(page, wanted),
    watchedWritten: () => htif?.(),
  });
  const privileged = core.privileged as RiscvCore;
  const hart = sbiHart(privileged);
  let sbi: ReturnType<typeof createSbi> | undefined;

  const useSbi = () => {
    sbi = createSbi(sbiPlatform({ core, board, memory: guest, buffer, cores: layout.cores, shootdown, end }));
  };
  const watch = (tohost: number, fromhost: number | undefined) => {
    const offset = tohost - ram.base;
    const print = (bytes: Uint8Array) => board.firmwareConsole.print(bytes);
    htif = createHtif({ memory: guest, tohost, fromhost, print, end, log: (line) => parts.log(line) });
    Atomics.or(new Uint8Array(buffer, ram.pageFlags), offset >> 12, PAGE.watched);
  };
  const boot = (from: CoreStart) => {
    if (from.privilege === 'S') {
      useSbi();
      prepareSupervisor(privileged.state, from.pc, hartId, from.a1);
      // The kernel starts the other harts by SBI HSM.
      if (hartId !== 0) privileged.state.hartState = HART.stopped;
    } else {
      core.state.pc = from.pc;
      privileged.state.x[10] = BigInt(hartId);
      privileged.state.x[11] = from.a1;
      privileged.state.x[12] = from.a2;
    }
    if (from.tohost !== undefined) watch(from.tohost, from.fromhost);
    core.modeChanged();
  };
  const resume = ({ state }: CoreResume) => {
    const saved = readState(state);
    restoreCore(layout, hartId, buffer, saved);
    if (saved.machine.builtInSbi) useSbi();
    if (saved.machine.tohost) watch(Number(saved.machine.tohost), Number(saved.machine.fromhost) || undefined);
    privileged.protectionChanged();
    core.modeChanged();
  };
  const start = (from: CoreStart | CoreResume) => ('state' in from ? resume(from) : boot(from));
  return { core, loop: { core, board, signals, clock, control: words, ended: () => ended }, start };
}
