/** One x86-64 core with RAM from 0, a port that prints and a port that ends the program, over one of the engines. */
import '../../../../emulator/host/v8-flags.ts';
import { compileBatch } from '../../../../emulator/engine/compiler/compile.ts';
import { Fragments } from '../../../../emulator/engine/compiler/fragments.ts';
import type { KeptRegions } from '../../../../emulator/engine/compiler/kept-regions.ts';
import type { CompileRequest } from '../../../../emulator/engine/compiler/request.ts';
import { Core } from '../../../../emulator/engine/core/core.ts';
import type { KeptPages } from '../../../../emulator/engine/core/kept-pages.ts';
import { coreLayout } from '../../../../emulator/engine/layout.ts';
import { wasm, WASM_PAGE } from '../../../../emulator/engine/wasm/webassembly.ts';
import { CoreSignals } from '../../../../emulator/device/kit/core-signals.ts';
import type { Architecture } from '../../../../emulator/isa/architecture.ts';
import { x86 } from '../../../../emulator/isa/x86/architecture.ts';
import type { CoreState } from '../../../../emulator/isa/x86/privileged/context.ts';
import { ApicBus } from '../../../../emulator/isa/x86/privileged/interrupt-messages.ts';
import { powerOn } from '../../../../emulator/isa/x86/privileged/reset.ts';
import type { X86Core } from '../../../../emulator/isa/x86/privileged/x86-core.ts';
import { SEGMENT } from '../../../../emulator/isa/x86/state.ts';
import { Shootdown } from '../../../../emulator/memory/shootdown.ts';
import type { TestEngine } from '../../../kit/engine.ts';

const RAM_PAGES = 1024;
const SIGNALS_AT = 4096;
const SHOOTDOWN_AT = SIGNALS_AT + 64;
const THRESHOLD = { interpreter: 0, compiler: 1, auto: 5 } as const;
const SLICE = 500;
const PORT = { print: 0xe9, exit: 0xf4 } as const;
/** Where the image of 64 KiB lies, as a BIOS does. */
const IMAGE_AT = 0xf_0000;
const LOCAL_APIC = 0xfee0_0000;

/** More arrivals than any program here has. */
const NEVER = 1_000_000;

export interface KeptCode {
  readonly regions: KeptRegions;
  readonly pages: KeptPages;
  /** Nothing else is compiled. */
  readonly only: boolean;
}

export class SystemMachine {
  readonly core: Core;
  readonly view: DataView;
  output = '';
  exit: number | undefined;
  shutdown: string | undefined;
  readonly #signals: CoreSignals;
  readonly #fragments: Fragments | undefined;
  #skipped = 0n;

  /**
   * @param kept what an earlier machine has left, and where this one leaves its own: code is then compiled at once, or never
   * @param architecture x86, or what a test makes of it
   */
  constructor(engine: TestEngine, image: Uint8Array, kept?: KeptCode, architecture: Architecture = x86) {
    const pageFlags = SHOOTDOWN_AT + Shootdown.size(1);
    const generations = pageFlags + RAM_PAGES;
    const own = { core: 0, attention: SIGNALS_AT, shootdown: SHOOTDOWN_AT, ramPages: RAM_PAGES, poolPages: 64 };
    const layout = coreLayout({ base: generations + 4 * RAM_PAGES, architecture, ...own });
    const host = Math.ceil(layout.end / WASM_PAGE) * WASM_PAGE;
    const size = RAM_PAGES * 4096;
    const ram = { ranges: [{ at: 0, size }], size, host, pageFlags, generations };
    const memoryPages = (host + size) / WASM_PAGE;
    const memory = new wasm.Memory({ initial: memoryPages, maximum: memoryPages, shared: true });
    const table = new wasm.Table({ initial: 64, element: 'anyfunc' });
    const { buffer } = memory;
    const places = { area: SHOOTDOWN_AT, pageFlags, generations, pages: RAM_PAGES, cores: [layout] };
    this.#signals = new CoreSignals(buffer, SIGNALS_AT);
    this.view = new DataView(buffer, host, size);
    const threshold = kept?.only ? NEVER : THRESHOLD[engine];
    this.core = new Core({
      architecture,
      memory,
      memoryPages,
      table,
      layout,
      ram,
      core: 0,
      tiering: { compile: engine !== 'interpreter', threshold, ...(kept ? { lookEvery: 1 } : {}) },
      bus: {
        read: (address) => (this.#isApic(address) ? this.privileged.apic.read(address - LOCAL_APIC) : 0xffff_ffff),
        write: (address, _size, value) => {
          if (this.#isApic(address)) this.privileged.apic.write(address - LOCAL_APIC, value);
          return true;
        },
      },
      ports: { read: () => 0xff, write: (port, _size, value) => this.#port(port, value) },
      time: () => this.nanoseconds / 100n,
      nanoseconds: () => Number(this.nanoseconds),
      random: () => 0x0123_4567_89ab_cdefn,
      lines: () => this.#signals.lines,
      nudge: () => this.#signals.nudge(),
      firmwareCall: () => false,
      shootdown: new Shootdown({ buffer, ...places, stopping: () => false }),
      keepPage: () => undefined,
      awaitPage: () => true,
      watchedWritten: () => undefined,
    });
    if (engine !== 'interpreter') {
      const { core } = this;
      const context = { architecture, buffer, memoryPages, layout, ram };
      const compile = (requests: readonly CompileRequest[]): void => {
        const { answers, hot } = kept?.regions.serve(context, requests) ?? { answers: [], hot: requests };
        for (const answer of answers) keeper.install(answer);
        if (hot.length === 0) return;
        const { bytes, fragments, regions } = compileBatch(context, hot);
        keeper.install(bytes ? { module: new wasm.Module(bytes), fragments } : { fragments });
        if (bytes) kept?.regions.add(bytes, regions);
      };
      const keeper: Fragments = new Fragments({ core, memory, table, threshold, compile, eager: engine === 'compiler', most: Infinity });
      core.fragments = keeper;
      this.#fragments = keeper;
      if (kept) {
        keeper.expect(kept.regions.keys);
        core.keepDecoded(kept.pages);
      }
    }
    const bus = new ApicBus({ buffer, states: [layout.state], signals: [this.#signals] });
    this.privileged.connect({
      cores: 1,
      send: (message, from) => bus.send(message, from),
      endOfInterrupt: () => undefined,
      acknowledge: () => 0xff,
      shutdown: (reason) => void (this.shutdown = reason),
    });
    new Uint8Array(buffer, host + IMAGE_AT, 0x1_0000).set(image);
    powerOn(this.state, 0);
    // The reset vector, where the image lies below 1 MiB.
    this.state.segmentBase[SEGMENT.CS] = BigInt(IMAGE_AT);
    this.state.pc = BigInt(IMAGE_AT + 0xfff0);
    this.core.modeChanged();
  }

  get privileged(): X86Core {
    return this.core.privileged as X86Core;
  }
  get state(): CoreState {
    return this.privileged.state;
  }
  /** Ten a instruction, and what was slept through. */
  get nanoseconds(): bigint {
    return this.core.retired() * 10n + this.#skipped;
  }
  get compiledInstructions(): bigint {
    return this.state.retired - this.core.working.interpreted;
  }
  #isApic(address: number): boolean {
    return address >= LOCAL_APIC && address < LOCAL_APIC + 4096;
  }
  #port(port: number, value: number): boolean {
    if (port === PORT.print) this.output += String.fromCharCode(value & 0xff);
    else if (port === PORT.exit) {
      this.exit = value & 0xff;
      this.#signals.nudge();
    }
    return true;
  }

  /** Runs so many instructions, or until the core leaves for something else. */
  slice(budget: number): void {
    this.#signals.words[0] = 0;
    this.core.run(budget);
  }
  /** Runs until the program ends, the core shuts down or waits for what never comes. @throws Error when it does none of these */
  run(slices = 20_000): void {
    const { core, privileged } = this;
    for (let slice = 0; slice < slices; slice++) {
      this.#signals.words[0] = 0;
      if (this.exit !== undefined || this.shutdown !== undefined) return;
      core.takeInterrupt();
      const waiting = privileged.interruptWaiting();
      core.working.interruptWaiting = waiting ? 1 : 0;
      if (privileged.standing() === 'waiting') {
        const { deadline } = privileged.apic.timer;
        if (!waiting && deadline === Infinity)
          throw new Error(`the core waits for ever at 0x${this.state.pc.toString(16)}; it printed:\n${this.output}`);
        if (!waiting) this.#skipped += BigInt(deadline) * 100n - this.nanoseconds;
        else privileged.woken();
        continue;
      }
      this.#fragments?.post();
      if (privileged.stepping()) {
        // What comes from outside just then must not count as the step.
        if (slice % 2 === 0) this.#signals.nudge();
        core.step();
      } else core.run(SLICE);
    }
    throw new Error(`the program does not end; pc is 0x${this.state.pc.toString(16)}; it printed:\n${this.output}`);
  }
}
