/** One toy core with RAM from address 0x1000 and 65536 ports, over one of the engines. */
import { compileBatch } from '../../../../emulator/engine/compiler/compile.ts';
import { Fragments } from '../../../../emulator/engine/compiler/fragments.ts';
import type { CompileRequest } from '../../../../emulator/engine/compiler/request.ts';
import { Core } from '../../../../emulator/engine/core/core.ts';
import { coreLayout } from '../../../../emulator/engine/layout.ts';
import { wasm, WASM_PAGE } from '../../../../emulator/engine/wasm/webassembly.ts';
import { Shootdown } from '../../../../emulator/memory/shootdown.ts';
import type { StateOf } from '../../../../emulator/snapshot/schema.ts';
import type { TestEngine } from '../../../kit/engine.ts';
import { toy } from './architecture.ts';
import type { toyState } from './state.ts';

export const RAM_BASE = 0x1000;
/** Physical address of a device. */
export const HIGH_WINDOW = 2 ** 34;
const RAM_PAGES = 256;
const ATTENTION_AT = 4096;
const SHOOTDOWN_AT = ATTENTION_AT + 64;
const THRESHOLD = { interpreter: 0, compiler: 1, auto: 5 } as const;
const SLICE = 500;

export class ToyMachine {
  readonly core: Core;
  readonly view: DataView;
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
    const ram = { base: RAM_BASE, size, host, pageFlags, generations };
    const memoryPages = (host + size) / WASM_PAGE;
    const memory = new wasm.Memory({ initial: memoryPages, maximum: memoryPages, shared: true });
    const table = new wasm.Table({ initial: 64, element: 'anyfunc' });
    const { buffer } = memory;
    const places = { area: SHOOTDOWN_AT, pageFlags, generations, pages: RAM_PAGES, cores: [layout] };
    this.#attention = new Int32Array(buffer, ATTENTION_AT, 1);
    this.view = new DataView(buffer, host, size);
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
      bus: { read: (address) => (address >= HIGH_WINDOW && address < HIGH_WINDOW + 4096 ? address - HIGH_WINDOW : -1), write: () => false },
      ports: {
        read: (port) => (this.ports.read.push(port), port * 3),
        write: (port, _size, value) => this.ports.written.push([port, value]) > 0,
      },
      time: () => 0n,
      nanoseconds: () => 0n,
      lines: () => 0,
      nudge: () => void Atomics.store(this.#attention, 0, 1),
      firmwareCall: () => false,
      shootdown: new Shootdown({ buffer, ...places, stopping: () => false }),
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
