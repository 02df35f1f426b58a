/**
 * One guest core: its generated module, and the TypeScript half of what that module calls. `run` executes until the
 * budget is used up or something wants attention; everything around it (time, sleeping, messages) is run-loop.ts.
 */
import { CAUSE, SYSTEM_OPERATIONS } from '../../isa/riscv/cpu.ts';
import type { CoreEnvironment, CoreState, Flush } from '../../isa/riscv/privileged/core.ts';
import { accessCsr } from '../../isa/riscv/privileged/csr.ts';
import { protectionActive, protectionAllows } from '../../isa/riscv/privileged/protection.ts';
import { ACCESS } from '../../isa/riscv/privileged/translate.ts';
import { nextInterrupt, takeTrap } from '../../isa/riscv/privileged/trap.ts';
import { coreState, PRIVILEGE, STATUS } from '../../isa/riscv/state.ts';
import { bind, reset, type StateOf } from '../../snapshot/schema.ts';
import {
  BANK, type CoreLayout, counterMix, EVENT, FETCH_ENTRIES, FETCH_ENTRY, FLOAT_MODE, JUMP_ENTRIES, JUMP_ENTRY, modeOf, PAGE, type RamLayout, runState,
  TLB_ENTRIES, TLB_ENTRY,
} from '../layout.ts';
import { wasm, type WasmMemory, type WasmTable } from '../wasm/webassembly.ts';
import { type Tiering, writeCoreModule } from './core-module.ts';
import { DecodedPages } from './decoded-pages.ts';
import { CSR_KINDS } from './interpreter.ts';
import type { HostCalls } from './parts.ts';
import { systemOperation } from './system.ts';
import { Translations } from './translations.ts';

/** What a core needs from its machine. */
export interface CoreSurroundings {
  readonly memory: WasmMemory;
  /** Size of the memory in WebAssembly pages. */
  readonly memoryPages: number;
  readonly table: WasmTable;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
  readonly hartId: number;
  readonly tiering: Tiering;
  /** Device registers by physical address; -1 and false for a bus error. */
  readonly bus: { read(address: number, size: 1 | 2 | 4): number; write(address: number, size: 1 | 2 | 4, value: number): boolean };
  /** Time in ticks. */
  time(): bigint;
  /** The hardware-driven bits of mip. */
  lines(): number;
  /** How often code pages were written behind the cores' backs. */
  staleWrites(): number;
  /** Makes this core's generated code return soon. */
  nudge(): void;
  /** ECALL from S-mode, the pc already behind it. @returns false where there is no built-in SBI and the call must trap */
  sbi(): boolean;
  /** A store to a watched page (`tohost`) has been done. */
  watchedWritten(): void;
}

/** What happens to compiled code; the compiler's half implements it. */
export interface FragmentKeeper {
  /** A jump target has become hot in the current mode. */
  hot(pcLow: number, pcHigh: number): void;
  /** Code in this RAM page is about to change. */
  pageWritten(page: number): void;
  /** Translations changed: compiled code reached through them must be checked anew. */
  translationsChanged(what: Flush): void;
}

interface CoreExports {
  run(left: number): number;
  translate(address: bigint, access: number): bigint;
  /** The RAM page that code at an address (as two halves) would be fetched from, or -1 with a trap raised. */
  fetchPage(low: number, high: number): number;
  /** Where a byte lies in memory 0, prepared for a load or store; 0 with a trap raised, -1 where it is not RAM. */
  fill(address: bigint, access: number): number;
}

export class Core implements CoreEnvironment {
  readonly state: CoreState;
  readonly working: StateOf<typeof runState>;
  readonly hartId: number;
  readonly exports: CoreExports & Record<string, unknown>;
  readonly surroundings: CoreSurroundings;
  readonly translations: Translations;
  fragments: FragmentKeeper | undefined;
  readonly #decoded: DecodedPages;
  readonly #bytes: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #generations: Int32Array;
  #granted = 0;
  #staleWritesSeen = 0;

  constructor(surroundings: CoreSurroundings) {
    const { memory, memoryPages, table, layout, ram, tiering } = surroundings;
    this.surroundings = surroundings;
    this.hartId = surroundings.hartId;
    reset(coreState, memory.buffer, layout.state);
    reset(runState, memory.buffer, layout.run);
    this.state = bind(coreState, memory.buffer, layout.state);
    this.working = bind(runState, memory.buffer, layout.run);
    this.translations = new Translations(memory.buffer, layout, ram);
    new Int32Array(memory.buffer, layout.jumpCache, (JUMP_ENTRY.size / 4) * JUMP_ENTRIES * 15).fill(-1);
    const { x, f } = coreState.offsets;
    this.#decoded = new DecodedPages(memory.buffer, layout, ram, { x, f }, this.translations);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#flags = new Uint8Array(memory.buffer, ram.pageFlags, ram.size / 4096);
    this.#generations = new Int32Array(memory.buffer, ram.generations, ram.size / 4096);
    const module = new wasm.Module(writeCoreModule(layout, ram, memoryPages, tiering));
    const imports = { machine: { memory, table }, host: this.#hostCalls() };
    this.exports = new wasm.Instance(module, imports as unknown as Record<string, Record<string, unknown>>).exports as typeof this.exports;
    this.modeChanged();
  }

  /** Runs up to `budget` instructions, or until attention is wanted. @returns instructions retired */
  run(budget: number): number {
    this.#granted = budget;
    this.working.left = budget;
    this.exports.run(budget);
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
  lines(): number {
    return this.surroundings.lines();
  }

  /** Takes the most urgent interrupt that may be taken. @returns whether there was one */
  takeInterrupt(): boolean {
    const number = nextInterrupt(this);
    if (number < 0) return false;
    this.state.waiting = 0;
    takeTrap(this, number, 0n, true);
    return true;
  }
  interruptsChanged(): void {
    if (nextInterrupt(this) >= 0) this.surroundings.nudge();
  }

  timerChanged(): void {
    this.surroundings.nudge(); // the run loop works out how long it may run
  }

  /** The translation and floating-point mode that generated code may assume, from the privileged state. */
  modeChanged(): void {
    const { state, working, surroundings } = this;
    const { layout } = surroundings;
    const status = state.mstatus;
    const fetchBank =
      state.privilege === PRIVILEGE.U ? BANK.user
      : state.privilege === PRIVILEGE.M ? BANK.machine
      : BANK.supervisor;
    const bank =
      fetchBank === BANK.supervisor && status & STATUS.SUM ? BANK.supervisorSum
      : fetchBank === BANK.machine && status & STATUS.MPRV ? BANK.machineMprv
      : fetchBank;
    const float =
      (status & STATUS.FS) !== STATUS.FS ? FLOAT_MODE.off
      : state.fflags & 1 && state.frm === 0 ? FLOAT_MODE.fast
      : FLOAT_MODE.exact;
    const mode = modeOf(bank, float);
    working.mode = mode;
    working.counterMix = counterMix(mode);
    working.floatMode = float;
    working.tlb = layout.tlb + bank * TLB_ENTRIES * TLB_ENTRY.size;
    working.fetchTlb = layout.fetchTlb + fetchBank * FETCH_ENTRIES * FETCH_ENTRY.size;
    working.jumpCache = layout.jumpCache + mode * JUMP_ENTRIES * JUMP_ENTRY.size;
  }
  flush({ address, keepGlobal }: Flush): void {
    if (address === undefined) this.translations.flush(keepGlobal);
    else this.translations.flushPage(Number((address >> 12n) & 0xffffffn));
    this.fragments?.translationsChanged(address === undefined ? { keepGlobal } : { address, keepGlobal });
  }
  protectionChanged(): void {
    this.working.pmpActive = protectionActive(this.state) ? 1 : 0;
    this.flush({ keepGlobal: false });
  }

  /** Drops what was translated from pages that devices or other cores have written since (FENCE.I, or when told). */
  dropStaleCode(): void {
    const writes = this.surroundings.staleWrites();
    if (writes === this.#staleWritesSeen) return;
    this.#staleWritesSeen = writes;
    const flags = this.#flags;
    for (let page = 0; page < flags.length; page++) {
      if (((flags[page] as number) & PAGE.stale) === 0) continue;
      Atomics.and(flags, page, ~PAGE.stale);
      this.#codeWritten(page);
    }
  }

  /** Sets bytes of one RAM page to zero. @returns false with a trap raised, or where the address is not RAM's */
  zero(address: bigint, length: number): boolean {
    const host = this.exports.fill(address, ACCESS.store);
    // 0: a trap is raised; -1: not RAM. Any other negative number is a place beyond 2 GiB.
    if (host === 0 || host === -1) {
      if (host !== 0) this.raise(CAUSE.storeAccess, BigInt.asUintN(64, address));
      return false;
    }
    this.#bytes.fill(0, host >>> 0, (host >>> 0) + length);
    return true;
  }

  /** Raises an exception for the instruction at `state.pc`. */
  raise(cause: number, value: bigint): void {
    this.working.cause = cause;
    this.working.trapValue = value;
    this.working.event = EVENT.trap;
  }
  /** The instruction at `state.pc` is done; go on behind it, looking everything up again. */
  completed(event: (typeof EVENT)['refetch' | 'leave'] = EVENT.refetch): void {
    this.state.pc = BigInt.asUintN(64, this.state.pc + 4n);
    this.working.event = event;
  }

  #codeWritten(page: number): void {
    this.#decoded.forget(page);
    Atomics.add(this.#generations, page, 1);
    this.fragments?.pageWritten(page);
    Atomics.and(this.#flags, page, ~PAGE.code);
  }

  #hostCalls(): HostCalls {
    const { surroundings, state, working } = this;
    const { bus } = surroundings;
    return {
      mmioRead: (physical, width) => {
        const value = bus.read(physical >>> 0, width as 1 | 2 | 4);
        if (value === -1) this.raise(CAUSE.loadAccess, working.trapValue);
        return value | 0;
      },
      mmioWrite: (physical, width, value) => {
        if (!bus.write(physical >>> 0, width as 1 | 2 | 4, value >>> 0)) this.raise(CAUSE.storeAccess, working.trapValue);
      },
      pmpCheck: (access, privilege) => (protectionAllows(state, working.physical, access, privilege) ? 1 : 0),
      codeWritten: (page) => this.#codeWritten(page),
      watchedWritten: () => surroundings.watchedWritten(),
      decodedPage: (page) => this.#decoded.allocate(page),
      decode: (record) => this.#decoded.decodeAt(record),
      decodeWord: (record, word) => this.#decoded.decodeWord(record, word),
      system: (operation) => systemOperation(this, SYSTEM_OPERATIONS[operation] as (typeof SYSTEM_OPERATIONS)[number]),
      csr: (number, kind, writes) => {
        const operand = working.operand;
        const change = {
          write: () => operand,
          set: (old: bigint) => old | operand,
          clear: (old: bigint) => old & ~operand,
        }[CSR_KINDS[kind] as (typeof CSR_KINDS)[number]];
        const mode = working.mode;
        const old = accessCsr(this, number, writes ? change : undefined);
        if (old === undefined) return this.raise(CAUSE.illegal, 0n);
        working.operand = old;
        if (mode !== working.mode || number === 0x180) working.event = EVENT.refetch;
      },
      floatMode: () => {
        if ((state.mstatus & STATUS.FS) === 0n) return this.raise(CAUSE.illegal, 0n);
        state.mstatus |= STATUS.FS;
        this.modeChanged();
      },
      takeTrap: () => takeTrap(this, working.cause, working.trapValue, false),
      hot: (low, high) => this.fragments?.hot(low, high),
    };
  }
}
