/**
 * One core by itself, for tests: RAM, a finisher, and one of the engines over it. Programs run in M-mode without devices and
 * end by storing to the finisher; time is a count of instructions, so that every run is the same.
 */
import '../../emulator/host/v8-flags.ts';
import { compileBatch } from '../../emulator/engine/compiler/compile.ts';
import { Fragments } from '../../emulator/engine/compiler/fragments.ts';
import type { CompileRequest } from '../../emulator/engine/compiler/request.ts';
import { Core } from '../../emulator/engine/core/core.ts';
import { coreLayout } from '../../emulator/engine/layout.ts';
import { wasm, WASM_PAGE } from '../../emulator/engine/wasm/webassembly.ts';
import { riscv } from '../../emulator/isa/riscv/architecture.ts';
import { RiscvCore } from '../../emulator/isa/riscv/privileged/riscv-core.ts';
import type { CoreState } from '../../emulator/isa/riscv/privileged/core.ts';
import { coreState, STATUS } from '../../emulator/isa/riscv/state.ts';
import { PAGE } from '../../emulator/memory/page-flags.ts';
import { Shootdown } from '../../emulator/memory/shootdown.ts';
import { WANTED } from '../../emulator/memory/attention.ts';
import { reset } from '../../emulator/snapshot/schema.ts';

/** `compiler` compiles at the first arrival and at once; `auto` after a few, between slices, as a machine does. */
export const ENGINES = ['interpreter', 'compiler', 'auto'] as const;
export type TestEngine = (typeof ENGINES)[number];
const THRESHOLD = { interpreter: 0, compiler: 1, auto: 5 } as const;

export const RAM_BASE = 0x8000_0000;
/** A store here ends the run; its value is the exit value. */
export const FINISHER = 0x10_0000;
/** A word register that counts how often it has been read and remembers what was stored; each read takes `device.ticks`. */
export const COUNTING_DEVICE = 0x1000_0000;

const ATTENTION_AT = 4096;
/** Behind the core's signals. */
const SHOOTDOWN_AT = ATTENTION_AT + 64;
const PAGE_SIZE = 4096;
const POOL_PAGES = 160;
const INSTRUCTIONS_PER_TICK = 10n;
/** Short, so that compiled code is entered and left often. */
const SLICE = 500;

export class TestCore {
  readonly core: Core;
  readonly engine: TestEngine;
  /** Guest RAM from `RAM_BASE`. */
  readonly ram: Uint8Array;
  readonly view: DataView;
  /** The hardware-driven bits of mip. */
  lines = 0;
  /** What the program stored to the finisher. */
  exit: number | undefined;
  readonly device = { reads: 0, ticks: 0, stored: [] as number[] };
  readonly #attention: Int32Array;
  readonly #flags: Uint8Array;
  readonly #fragments: Fragments | undefined;
  readonly #shootdown: Shootdown;
  #timeSkipped = 0n;

  /**
   * @param fragments compiled fragments to keep at most
   * @param threshold arrivals that make a jump target worth compiling
   * @param architecture RISC-V, or what a test makes of it
   */
  constructor(engine: TestEngine, memoryMiB = 2, fragments = Infinity, threshold: number = THRESHOLD[engine], architecture = riscv) {
    this.engine = engine;
    const size = memoryMiB * 2 ** 20;
    const ramPages = size / PAGE_SIZE;
    const pageFlags = SHOOTDOWN_AT + Shootdown.size(1);
    const generations = pageFlags + ramPages;
    const layout = coreLayout({
      base: generations + 4 * ramPages,
      architecture,
      core: 0,
      attention: ATTENTION_AT,
      shootdown: SHOOTDOWN_AT,
      ramPages,
      poolPages: POOL_PAGES,
    });
    const host = Math.ceil(layout.end / WASM_PAGE) * WASM_PAGE;
    const ram = { ranges: [{ at: RAM_BASE, size }], size, host, pageFlags, generations };
    const memoryPages = (host + size) / WASM_PAGE;
    const memory = new wasm.Memory({ initial: memoryPages, maximum: memoryPages, shared: true });
    const table = new wasm.Table({ initial: 64, element: 'anyfunc' });
    const { buffer } = memory;
    this.#attention = new Int32Array(buffer, ATTENTION_AT, 1);
    const stopping = () => false;
    this.#shootdown = new Shootdown({ buffer, area: SHOOTDOWN_AT, pageFlags, generations, pages: ramPages, cores: [layout], stopping });
    this.#flags = new Uint8Array(buffer, pageFlags, ramPages);
    this.ram = new Uint8Array(buffer, host, size);
    this.view = new DataView(buffer, host, size);
    this.core = new Core({
      architecture,
      memory,
      memoryPages,
      table,
      layout,
      ram,
      core: 0,
      tiering: { compile: engine !== 'interpreter', threshold },
      bus: { read: (address) => this.#read(address), write: (address, _size, value) => this.#write(address, value) },
      time: () => this.time,
      nanoseconds: () => Number(this.time) * 100,
      random: () => 0n,
      lines: () => this.lines,
      nudge: () => void Atomics.store(this.#attention, 0, WANTED),
      firmwareCall: () => false,
      shootdown: this.#shootdown,
      keepPage: () => undefined,
      awaitPage: () => true,
      watchedWritten: () => undefined,
    });
    if (engine !== 'interpreter') {
      const { core } = this;
      const context = { architecture, buffer, memoryPages, layout, ram };
      const compile = (requests: readonly CompileRequest[]): void => {
        const { bytes, fragments } = compileBatch(context, requests);
        keeper.install(bytes ? { module: new wasm.Module(bytes), fragments } : { fragments });
      };
      const keeper: Fragments = new Fragments({ core, memory, table, threshold, compile, eager: engine === 'compiler', most: fragments });
      core.fragments = keeper;
      this.#fragments = keeper;
    }
    this.reset();
  }

  get state(): CoreState {
    return this.#privileged.state;
  }
  get #privileged(): RiscvCore {
    if (!(this.core.privileged instanceof RiscvCore)) throw new Error('not a RISC-V core');
    return this.core.privileged;
  }
  /** Ticks: instructions, and what was slept through. */
  get time(): bigint {
    return this.core.retired() / INSTRUCTIONS_PER_TICK + this.#timeSkipped;
  }
  /** Compiled fragments there are. */
  get fragments(): number {
    return this.#fragments?.count ?? 0;
  }
  /** Fragments that have been compiled. */
  get compiled(): number {
    return this.#fragments?.total ?? 0;
  }
  /** Instructions that ran compiled since the core was made. */
  get compiledInstructions(): bigint {
    return this.state.retired - this.core.working.interpreted;
  }

  /** As after power-on, with the floating-point unit in its initial state; RAM stays. */
  reset(): void {
    const { core, state } = this;
    const { retired } = state;
    reset(coreState, core.surroundings.memory.buffer, core.surroundings.layout.state);
    state.retired = retired; // what the engine's own counters are relative to
    state.mstatus |= STATUS.FS & (1n << 13n);
    this.exit = undefined;
    this.lines = 0;
    this.device.reads = 0;
    this.device.ticks = 0;
    this.device.stored.length = 0;
    this.#privileged.protectionChanged(); // drops every translation
    core.modeChanged();
  }

  /** Puts bytes into RAM as a device would, behind the core's back. */
  load(address: number | bigint, bytes: Uint8Array): void {
    const offset = Number(address) - RAM_BASE;
    this.ram.set(bytes, offset);
    for (let page = offset >> 12; page <= (offset + bytes.length - 1) >> 12; page++)
      if (this.#flags[page]! & PAGE.code) this.#shootdown.codeChanged(page);
    this.core.settle();
  }

  /** Runs one slice from the state's pc, as a machine's run loop does. @param until the tick at which a timer is due */
  slice(budget: number, until: bigint): number {
    Atomics.store(this.#attention, 0, 0);
    return this.core.run(budget, until);
  }

  /**
   * Runs from the state's pc until the program stores to the finisher.
   * @param limit instructions after which a program that does not end is given up
   * @throws Error when it does not end
   */
  run(limit = 1_000_000): number {
    const { core, state } = this;
    const last = state.retired + BigInt(limit);
    for (;;) {
      Atomics.store(this.#attention, 0, 0);
      if (this.exit !== undefined) return this.exit;
      if (state.retired > last) throw new Error(`the program did not end within ${limit} instructions; pc is 0x${state.pc.toString(16)}`);
      this.#fragments?.post();
      core.privileged.takeInterrupt();
      if (state.waiting !== 0) this.#sleep();
      else core.run(SLICE);
    }
  }

  /** Passes the time until something wakes a core that waits. */
  #sleep(): void {
    if (this.core.privileged.interruptWaiting()) {
      this.state.waiting = 0;
      return;
    }
    const wait = this.core.privileged.deadline() - Number(this.time);
    if (wait <= 0 || wait === Infinity) throw new Error('the core waits for an interrupt that never comes');
    this.#timeSkipped += BigInt(wait);
  }
  #read(address: number): number {
    if (address !== COUNTING_DEVICE) return -1;
    this.#timeSkipped += BigInt(this.device.ticks);
    return ++this.device.reads;
  }
  #write(address: number, value: number): boolean {
    if (address === COUNTING_DEVICE) {
      this.device.stored.push(value);
      return true;
    }
    if (address !== FINISHER) return false;
    this.exit = value;
    Atomics.store(this.#attention, 0, WANTED);
    return true;
  }
}
