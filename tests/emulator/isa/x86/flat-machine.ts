/**
 * One x86-64 core whose addresses are physical and which knows no privilege: for what instructions do by themselves. It ends
 * at INT3 and at every exception.
 */
import '../../../../emulator/host/v8-flags.ts';
import { compileBatch } from '../../../../emulator/engine/compiler/compile.ts';
import { Fragments } from '../../../../emulator/engine/compiler/fragments.ts';
import type { CompileRequest } from '../../../../emulator/engine/compiler/request.ts';
import { Core } from '../../../../emulator/engine/core/core.ts';
import { coreLayout, COUNTERS } from '../../../../emulator/engine/layout.ts';
import { wasm, WASM_PAGE } from '../../../../emulator/engine/wasm/webassembly.ts';
import { PAGE } from '../../../../emulator/memory/page-flags.ts';
import { Shootdown } from '../../../../emulator/memory/shootdown.ts';
import { WANTED } from '../../../../emulator/memory/attention.ts';
import type { StateOf } from '../../../../emulator/snapshot/schema.ts';
import type { TestEngine } from '../../../kit/engine.ts';
import { flat, FlatCore, type flatState, RAM_BASE } from './flat-architecture.ts';

const RAM_PAGES = 64;
const ATTENTION_AT = 4096;
const SHOOTDOWN_AT = ATTENTION_AT + 64;
const THRESHOLD = { interpreter: 0, compiler: 1, auto: 5 } as const;
const SLICE = 500;

export class FlatMachine {
  readonly core: Core;
  /** RAM from RAM_BASE. */
  readonly ram: Uint8Array;
  readonly #attention: Int32Array;
  readonly #flags: Uint8Array;
  readonly #counters: Int32Array;
  readonly #shootdown: Shootdown;
  readonly #fragments: Fragments | undefined;

  constructor(engine: TestEngine) {
    const pageFlags = SHOOTDOWN_AT + Shootdown.size(1);
    const generations = pageFlags + RAM_PAGES;
    const own = { core: 0, attention: ATTENTION_AT, shootdown: SHOOTDOWN_AT, ramPages: RAM_PAGES, poolPages: 32 };
    const layout = coreLayout({ base: generations + 4 * RAM_PAGES, architecture: flat, ...own });
    const host = Math.ceil(layout.end / WASM_PAGE) * WASM_PAGE;
    const size = RAM_PAGES * 4096;
    const ram = { ranges: [{ at: RAM_BASE, size }], size, host, pageFlags, generations };
    const memoryPages = (host + size) / WASM_PAGE;
    const memory = new wasm.Memory({ initial: memoryPages, maximum: memoryPages, shared: true });
    const table = new wasm.Table({ initial: 64, element: 'anyfunc' });
    const { buffer } = memory;
    this.#attention = new Int32Array(buffer, ATTENTION_AT, 1);
    this.#flags = new Uint8Array(buffer, pageFlags, RAM_PAGES);
    this.#counters = new Int32Array(buffer, layout.counters, COUNTERS);
    this.ram = new Uint8Array(buffer, host, size);
    const threshold = THRESHOLD[engine];
    this.#shootdown = new Shootdown({
      buffer,
      area: SHOOTDOWN_AT,
      pageFlags,
      generations,
      pages: RAM_PAGES,
      cores: [layout],
      stopping: () => false,
    });
    this.core = new Core({
      architecture: flat,
      memory,
      memoryPages,
      table,
      layout,
      ram,
      core: 0,
      tiering: { compile: engine !== 'interpreter', threshold },
      bus: { read: () => -1, write: () => false },
      time: () => 0n,
      nanoseconds: () => 0,
      random: () => 0n,
      lines: () => 0,
      nudge: () => void Atomics.store(this.#attention, 0, WANTED),
      firmwareCall: () => false,
      shootdown: this.#shootdown,
      keepPage: () => undefined,
      awaitPage: () => true,
      watchedWritten: () => undefined,
    });
    if (this.core.privileged instanceof FlatCore) this.core.privileged.ram = new DataView(buffer, host, size);
    if (engine === 'interpreter') return;
    const { core } = this;
    const context = { architecture: flat, buffer, memoryPages, layout, ram };
    const compile = (requests: readonly CompileRequest[]): void => {
      const { bytes, fragments } = compileBatch(context, requests);
      keeper.install(bytes ? { module: new wasm.Module(bytes), fragments } : { fragments });
    };
    const keeper: Fragments = new Fragments({ core, memory, table, threshold, compile, eager: engine === 'compiler', most: Infinity });
    core.fragments = keeper;
    this.#fragments = keeper;
  }

  get state(): StateOf<typeof flatState> {
    return this.core.state as unknown as StateOf<typeof flatState>;
  }
  get compiledInstructions(): bigint {
    return this.state.retired - this.core.working.interpreted;
  }
  /** Puts code into RAM as a device would; arrivals are counted from 0 again. */
  load(address: number, bytes: Uint8Array): void {
    const offset = address - RAM_BASE;
    this.ram.set(bytes, offset);
    for (let page = offset >> 12; page <= (offset + bytes.length - 1) >> 12; page++)
      if ((this.#flags[page] as number) & PAGE.code) this.#shootdown.codeChanged(page);
    this.core.settle();
    this.#counters.fill(0);
  }
  /** Runs from an address until INT3 or an exception. @throws Error when neither comes */
  run(pc: number): void {
    this.state.pc = BigInt(pc);
    this.state.raised = 0;
    for (let slices = 0; this.state.raised === 0; slices++) {
      if (slices > 2000) throw new Error(`the program does not end; pc is 0x${this.state.pc.toString(16)}`);
      Atomics.store(this.#attention, 0, 0);
      this.#fragments?.post();
      this.core.run(SLICE);
    }
  }
}
