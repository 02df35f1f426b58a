/**
 * One guest core: its generated module, and the TypeScript half of what that module calls. `run` executes until the
 * budget is used up or something wants attention; everything around it (time, sleeping, messages) is run-loop.ts.
 */
import { ACCESS, type EngineCore, type EngineState, type Flush, type PrivilegedCore } from '../../isa/architecture.ts';
import type { Width } from '../../isa/cpu.ts';
import { FENCE } from '../../memory/shootdown.ts';
import { bind, reset, type StateOf } from '../../snapshot/schema.ts';
import { counterMix, EVENT, FETCH_ENTRIES, FETCH_ENTRY, JUMP_ENTRIES, JUMP_ENTRY, runState, TLB_ENTRIES, TLB_ENTRY } from '../layout.ts';
import { wasm, type WasmModule } from '../wasm/webassembly.ts';
import { writeCoreModule } from './core-module.ts';
import { deviceAccesses } from './device-accesses.ts';
import { DecodedPages } from './decoded-pages.ts';
import type { KeptPages } from './kept-pages.ts';
import { RecordWriter } from './handlers.ts';
import { PageStanding } from './page-standing.ts';
import type { HostCalls } from './parts.ts';
import type { CoreSurroundings, FragmentKeeper } from './surroundings.ts';
import { Translations } from './translations.ts';
import { type AccessExports, VirtualAccess } from './virtual-access.ts';

/** How many slow paths are passed between two looks at the clock, which cost about as much as one of them. */
const CALLS_A_LOOK = 16;
/** Later than any tick. */
const NEVER = 1n << 63n;

interface CoreExports extends AccessExports {
  run(left: number): number;
  interpret(left: number, pc: bigint): number;
  translate(address: bigint, access: number): bigint;
  /** The RAM page that code at an address (as two halves) would be fetched from, or -1 with a trap raised. */
  fetchPage(low: number, high: number): number;
}

export class Core implements EngineCore {
  readonly state: EngineState;
  /** The architecture's half. */
  readonly privileged: PrivilegedCore;
  readonly working: StateOf<typeof runState>;
  readonly core: number;
  readonly exports: CoreExports & Record<string, unknown>;
  readonly surroundings: CoreSurroundings;
  /** What the core is made of; may be posted and used for another one. */
  readonly module: WasmModule;
  /** Its bytes, where they were written for this core. */
  written: Uint8Array | undefined;
  readonly translations: Translations;
  fragments: FragmentKeeper | undefined;
  readonly #virtual: VirtualAccess;
  readonly #decoded: DecodedPages;
  readonly #pages: PageStanding;
  #granted = 0;
  #flushes = 0;
  /** The tick by which the present run has to end, and how often slow paths have come by. */
  #until = 0n;
  #slowCalls = 0;

  constructor(surroundings: CoreSurroundings) {
    const { architecture, memory, memoryPages, table, layout, ram, tiering } = surroundings;
    const { buffer } = memory;
    this.surroundings = surroundings;
    this.core = surroundings.core;
    if (!surroundings.resumes) reset(architecture.state, buffer, layout.state);
    reset(runState, buffer, layout.run);
    this.state = bind(architecture.state, buffer, layout.state) as unknown as EngineState;
    this.working = bind(runState, buffer, layout.run);
    this.translations = new Translations(buffer, layout, ram);
    this.#decoded = new DecodedPages(buffer, {
      layout,
      ram,
      records: new RecordWriter(buffer, architecture, layout.records.record),
      translations: this.translations,
      decodings: architecture.modes.decodings,
      longest: architecture.code.longest,
      hold: (page) => this.#pages.hold(page),
    });
    const { core, shootdown, keepPage, awaitPage } = surroundings;
    this.#pages = new PageStanding({
      ...{ buffer, layout, ram, core, shootdown, keepPage, awaitPage, translations: this.translations },
      forget: (page) => {
        this.#decoded.forget(page);
        this.fragments?.pageWritten(page);
      },
    });
    this.privileged = architecture.privileged(this, buffer, layout.state);
    if (!surroundings.module) this.written = writeCoreModule({ architecture, layout, ram, memoryPages, tiering });
    this.module = surroundings.module ?? new wasm.Module(this.written as Uint8Array);
    const imports = { machine: { memory, table }, host: this.#hostCalls() };
    this.exports = new wasm.Instance(this.module, imports as unknown as Record<string, Record<string, unknown>>)
      .exports as typeof this.exports;
    this.#virtual = new VirtualAccess({ working: this.working, exports: this.exports, buffer, ram });
    // What an empty place of the jump cache (address 0, slot 0) leads to when the guest jumps to address 0.
    table.set(0, this.exports.interpret);
    this.modeChanged();
  }

  /**
   * Runs up to `budget` instructions, or until attention is wanted.
   * @param until the tick after which slow instructions end it sooner: a budget counts on instructions of the usual speed
   * @returns instructions retired
   */
  run(budget: number, until = NEVER): number {
    this.#until = until;
    return this.#execute(budget, () => this.exports.run(budget));
  }
  /** Executes one instruction, or begins an exception's handler instead, and tells the architecture. */
  step(): void {
    const { pc } = this.state;
    this.working.single = 1;
    this.#execute(1, () => {
      this.exports.interpret(1, pc);
      // A nudge just before can leave nothing done; then it is still the next instruction.
      if ((this.working.left | 0) < 1 || this.state.pc !== pc) this.privileged.stepped?.();
    });
    this.working.single = 0;
  }
  #execute(budget: number, enter: () => void): number {
    const { shootdown } = this.surroundings;
    this.#granted = budget;
    this.working.left = budget;
    shootdown.enter(this.core);
    this.answer();
    enter();
    shootdown.leave(this.core);
    const done = budget - (this.working.left | 0);
    this.state.retired += BigInt(done);
    this.#granted = 0;
    this.working.left = 0;
    return done;
  }
  retired(): bigint {
    return this.state.retired + BigInt(this.#granted - (this.working.left | 0));
  }
  time(): bigint {
    return this.surroundings.time();
  }
  nanoseconds(): bigint {
    return BigInt(this.surroundings.nanoseconds());
  }
  random(): bigint {
    return this.surroundings.random();
  }
  lines(): number {
    return this.surroundings.lines();
  }

  nudge(): void {
    this.surroundings.nudge();
  }
  interruptDue(): void {
    this.nudge();
    if (this.#granted > 0) this.working.event = EVENT.leave;
  }
  firmwareCall(): boolean {
    return this.surroundings.firmwareCall();
  }

  modeChanged(): void {
    const { working } = this;
    const { architecture, layout, ram } = this.surroundings;
    const { key, fetchBank, facts, watch = 0 } = this.privileged.mode();
    const { bank, float, decoding } = architecture.modes.facets(key);
    working.mode = key;
    working.counterMix = counterMix(key);
    working.floatMode = float;
    working.facts = facts;
    working.watch = watch;
    working.decodedIndex = layout.decodedIndex + decoding * (ram.size / 4096) * 4;
    working.tlb = layout.tlb + bank * TLB_ENTRIES * TLB_ENTRY.size;
    working.fetchTlb = layout.fetchTlb + fetchBank * FETCH_ENTRIES * FETCH_ENTRY.size;
    working.jumpCache = layout.jumpCache + key * JUMP_ENTRIES * JUMP_ENTRY.size;
  }
  flush({ address, keepGlobal }: Flush): void {
    this.#flushes++;
    if (address === undefined) this.translations.flush(keepGlobal);
    else this.translations.flushPage(Number((address >> 12n) & 0xffffffn));
    this.fragments?.translationsChanged(address === undefined ? { keepGlobal } : { address, keepGlobal });
  }
  /**
   * Does what other threads have asked of this core since: before it executes, where a guest asks for it (FENCE.I), and
   * while it waits for another core. Not between the end of `beforeWrite` and the write (see shootdown.ts).
   */
  settle(): void {
    this.#pages.settle();
  }
  /** The same, and the fences asked for. Only between instructions: no translation may be in the making. */
  answer(): void {
    const { shootdown } = this.surroundings;
    this.settle();
    const fences = shootdown.fences(this.core);
    if (fences === 0) return;
    this.flush({ keepGlobal: (fences & FENCE.all) === 0 });
    shootdown.fenced(this.core, fences);
  }

  /** Has the core told of changes of these pages of code. @returns false where one changes just now */
  holdPages(pages: readonly number[]): boolean {
    for (const page of pages) this.#pages.hold(page);
    // While one was waited for, another may have been given up.
    return pages.every((page) => this.#pages.holds(page));
  }

  /** From now on what is decoded is looked for there first, and left there. */
  keepDecoded(kept: KeptPages): void {
    this.#decoded.keepIn(kept);
  }
  /** Leaves what is decoded now with what is kept. */
  leaveDecoded(): void {
    this.#decoded.keepAll();
  }

  /** State and memory are those of another snapshot point: nothing remembered of the former holds. */
  returned(): void {
    this.working.event = EVENT.none;
    this.#decoded.forgetAll();
    this.fragments?.memoryChanged();
    this.privileged.restored();
    this.modeChanged();
  }

  probe(address: bigint): boolean {
    this.exports.translate(address, ACCESS.load);
    return this.working.event !== EVENT.trap;
  }
  load(address: bigint, width: Width): bigint | undefined {
    return this.#virtual.load(address, width);
  }
  store(address: bigint, width: Width, value: bigint): boolean {
    return this.#virtual.store(address, width, value);
  }
  view(address: bigint, bytes: number, access: 'load' | 'store'): DataView | undefined {
    return this.#virtual.view(address, bytes, access);
  }
  get refusal(): EngineCore['refusal'] {
    return this.#virtual.refusal;
  }
  again(): void {
    this.working.event = EVENT.again;
  }
  /** Takes an interrupt if one may be taken now; outside of `run`. */
  takeInterrupt(): boolean {
    const { shootdown } = this.surroundings;
    shootdown.enter(this.core);
    this.answer();
    const taken = this.privileged.takeInterrupt();
    shootdown.leave(this.core);
    return taken;
  }
  /** Raises an exception for the instruction at `state.pc`. */
  raise(cause: number, value: bigint): void {
    this.working.cause = cause;
    this.working.trapValue = value;
    this.working.event = EVENT.trap;
  }
  completed(leave = false, length = 4): void {
    this.state.pc = BigInt.asUintN(64, this.state.pc + BigInt(length));
    this.redirected(leave);
  }
  redirected(leave = false): void {
    // Leaving, once due, includes looking everything up again.
    if (leave || this.working.event !== EVENT.leave) this.working.event = leave ? EVENT.leave : EVENT.refetch;
  }

  get #decoding(): number {
    return this.surroundings.architecture.modes.facets(this.working.mode).decoding;
  }
  /** Passed by everything that is much slower than an instruction. */
  #pace(): void {
    if (++this.#slowCalls % CALLS_A_LOOK === 0 && this.surroundings.time() >= this.#until) this.nudge();
  }

  #hostCalls(): HostCalls {
    const { surroundings, working, privileged } = this;
    const { architecture, shootdown } = surroundings;
    const { causes } = architecture;
    return {
      ...deviceAccesses({
        bus: surroundings.bus,
        ports: surroundings.ports,
        accesses: architecture.accesses,
        causes,
        raise: (cause) => this.raise(cause, working.trapValue),
        pace: () => this.#pace(),
        // The access is done: no translation is in the making.
        written: () => shootdown.fences(this.core) !== 0 && this.answer(),
      }),
      protectionAllows: (access, privilege) => (privileged.protectionAllows(access, privilege) ? 1 : 0),
      accessed: (low, high, width, access) => privileged.accessed?.((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0), width, access),
      beforeWrite: (page) => {
        this.#pace();
        this.#pages.beforeWrite(page);
      },
      awaitPage: (page) => (this.#pages.awaitPage(page) ? 1 : 0),
      watchedWritten: () => surroundings.watchedWritten(),
      decodedPage: (page) => this.#decoded.allocate(page, this.#decoding),
      decode: (record) => {
        this.#pace();
        this.#decoded.decodeAt(record);
      },
      decodeRun: (records, place) => {
        this.#pace();
        return this.#decoded.decodeRun(records, place);
      },
      decodeAcross: (record, first, second) => this.#decoded.decodeAcross(record, first, second, this.#decoding),
      operation: (index) => {
        this.#pace();
        privileged.operation(architecture.operations[index] as string);
      },
      ask: (index, number) => {
        this.#pace();
        const { mode } = working;
        const flushes = this.#flushes;
        if (!privileged.ask(architecture.operations[index] as string, number)) return this.raise(causes.illegal, 0n);
        // What the interpreter holds of the present mode or address space may have become wrong.
        if (mode !== working.mode || flushes !== this.#flushes) this.redirected();
      },
      nanoseconds: () => {
        this.#pace();
        return surroundings.nanoseconds();
      },
      floatMode: () => privileged.floatMode(),
      takeTrap: () => {
        this.#pace();
        privileged.takeTrap();
      },
      hot: (low, high) => this.fragments?.hot(low, high),
    };
  }
}
