/** One toy core with RAM in two ranges, a hole and 65536 ports, over one of the engines. */
import '../../../../emulator/host/v8-flags.ts';
import { compileBatch } from '../../../../emulator/engine/compiler/compile.ts';
import { Fragments } from '../../../../emulator/engine/compiler/fragments.ts';
import type { CompileRequest } from '../../../../emulator/engine/compiler/request.ts';
import { Core } from '../../../../emulator/engine/core/core.ts';
import { coreLayout } from '../../../../emulator/engine/layout.ts';
import { wasm, WASM_PAGE } from '../../../../emulator/engine/wasm/webassembly.ts';
import { GuestMemory, type PageUse } from '../../../../emulator/memory/guest-memory.ts';
import { Shootdown } from '../../../../emulator/memory/shootdown.ts';
import { WANTED } from '../../../../emulator/memory/attention.ts';
import type { StateOf } from '../../../../emulator/snapshot/schema.ts';
import type { TestEngine } from '../../../kit/engine.ts';
import { assigned, toy } from './architecture.ts';
import type { toyState } from './state.ts';

export const RAM_BASE = 0x1000;
/** Behind a gap, RAM goes on here for so many pages. */
export const UPPER_RAM = 0x200_0000;
const UPPER_PAGES = 16;
/** A page within the first range that is none of RAM: a device that takes eight bytes at once. */
export const HOLE = 0xb_0000;
/** Physical address of a device. */
export const HIGH_WINDOW = 2 ** 34;
const LOWER_PAGES = 256;
const RAM_PAGES = LOWER_PAGES + UPPER_PAGES;
const USES: readonly PageUse[] = ['memory', 'read-only', 'device'];
const RANGES = [
  { at: RAM_BASE, size: LOWER_PAGES * 4096 },
  { at: UPPER_RAM, size: UPPER_PAGES * 4096 },
];
const ATTENTION_AT = 4096;
const SHOOTDOWN_AT = ATTENTION_AT + 64;
const THRESHOLD = { interpreter: 0, compiler: 1, auto: 5 } as const;
const SLICE = 500;

const inHole = (address: number) => address >= HOLE && address < HOLE + 4096;

export class ToyMachine {
  readonly core: Core;
  readonly memory: GuestMemory;
  /** RAM; the upper range lies behind the lower. */
  readonly view: DataView;
  /** What the device in the hole was told, by offset. */
  readonly stored: [offset: number, value: bigint][] = [];
  readonly ports = { read: [] as number[], written: [] as [port: number, value: number][] };
  readonly #attention: Int32Array;
  readonly #fragments: Fragments | undefined;

  constructor(engine: TestEngine, program: Uint8Array, at: number) {
    const pageFlags = SHOOTDOWN_AT + Shootdown.size(1);
    const generations = pageFlags + RAM_PAGES;
    const own = { core: 0, attention: ATTENTION_AT, shootdown: SHOOTDOWN_AT, ramPages: RAM_PAGES, poolPages: 32 };
    const layout = coreLayout({ base: generations + 4 * RAM_PAGES, architecture: toy, ...own });
    const host = Math.ceil(layout.end / WASM_PAGE) * WASM_PAGE;
    const size = RAM_PAGES * 4096;
    const ram = { ranges: RANGES, size, host, pageFlags, generations };
    const memoryPages = (host + size) / WASM_PAGE;
    const memory = new wasm.Memory({ initial: memoryPages, maximum: memoryPages, shared: true });
    const table = new wasm.Table({ initial: 64, element: 'anyfunc' });
    const { buffer } = memory;
    const places = { area: SHOOTDOWN_AT, pageFlags, generations, pages: RAM_PAGES, cores: [layout] };
    this.#attention = new Int32Array(buffer, ATTENTION_AT, 1);
    this.view = new DataView(buffer, host, size);
    const shootdown = new Shootdown({ buffer, ...places, stopping: () => false });
    const flags = new Uint8Array(buffer, pageFlags, RAM_PAGES);
    const nothing = () => undefined;
    this.memory = new GuestMemory({
      ...{ buffer, ramOffset: host, ranges: RANGES, pageFlags: flags, fetch: nothing, keep: nothing },
      codeWritten: (page) => shootdown.codeChanged(page),
      reassigned: () => shootdown.reassigned(),
    });
    this.memory.assign(HOLE, 4096, 'device');
    assigned.to = (page, use) => this.memory.assign(page, 4096, USES[use] ?? 'memory');
    const threshold = THRESHOLD[engine];
    this.core = new Core({
      architecture: toy,
      memory,
      memoryPages,
      table,
      layout,
      ram,
      core: 0,
      tiering: { compile: engine !== 'interpreter', threshold },
      // A window beyond 4 GiB, where each word holds its distance from the beginning.
      bus: {
        read: (address, size) =>
          inHole(address) ? 0x11 * size : address >= HIGH_WINDOW && address < HIGH_WINDOW + 4096 ? address - HIGH_WINDOW : -1,
        write: (address, _size, value) => inHole(address) && this.stored.push([address - HOLE, BigInt(value)]) > 0,
        readWide: (address) => (inHole(address) ? 0x1122_3344_5566_7788n : undefined),
        writeWide: (address, value) => inHole(address) && this.stored.push([address - HOLE, value]) > 0,
      },
      ports: {
        read: (port) => (this.ports.read.push(port), port * 3),
        write: (port, _size, value) => this.ports.written.push([port, value]) > 0,
      },
      time: () => 0n,
      nanoseconds: () => 0,
      random: () => 0n,
      lines: () => 0,
      nudge: () => void Atomics.store(this.#attention, 0, WANTED),
      firmwareCall: () => false,
      shootdown,
      keepPage: () => undefined,
      awaitPage: () => true,
      watchedWritten: () => undefined,
    });
    if (engine !== 'interpreter') {
      const { core } = this;
      const context = { architecture: toy, buffer, memoryPages, layout, ram };
      const compile = (requests: readonly CompileRequest[]): void => {
        const { bytes, fragments } = compileBatch(context, requests);
        keeper.install(bytes ? { module: new wasm.Module(bytes), fragments } : { fragments });
      };
      const keeper: Fragments = new Fragments({ core, memory, table, threshold, compile, eager: engine === 'compiler', most: Infinity });
      core.fragments = keeper;
      this.#fragments = keeper;
    }
    new Uint8Array(buffer, host + at - RAM_BASE).set(program);
    this.state.pc = BigInt(at);
  }

  get state(): StateOf<typeof toyState> {
    return this.core.state as unknown as StateOf<typeof toyState>;
  }
  get compiledInstructions(): bigint {
    return this.state.retired - this.core.working.interpreted;
  }
  /** Runs until the program halts or traps. @throws Error when it does neither */
  run(): void {
    for (let slices = 0; this.core.privileged.standing() === 'executing'; slices++) {
      if (slices > 2000) throw new Error(`the program does not end; pc is 0x${this.state.pc.toString(16)}`);
      Atomics.store(this.#attention, 0, 0);
      this.#fragments?.post();
      this.core.run(SLICE);
    }
  }
}
