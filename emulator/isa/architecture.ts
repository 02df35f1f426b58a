/**
 * What the engine needs of an instruction set: its rows and how to decode them, the layout of a core's state, address
 * translation as generated code, and the privileged half in TypeScript. The engine knows nothing else of a guest
 * architecture; a machine hands it one of these.
 */
import type { CoreParts } from '../engine/core/parts.ts';
import type { RegionRoutine } from '../engine/compiler/region-routine.ts';
import type { Callable, Routine } from '../engine/wasm/routine.ts';
import type { Fields, Schema } from '../snapshot/schema.ts';
import type { CsrKind, Register } from './cpu.ts';
import type { Decoded, Row } from './row.ts';
import type { Value } from './value.ts';

/** Kinds of memory access, as generated code numbers them. */
export const ACCESS = { fetch: 0, load: 1, store: 2 } as const;

/** What `walkFlags` says of the last translation. W is given only once a page is known dirty. */
export const WALK = { readable: 1, writable: 2, executable: 4, global: 8 } as const;

/** The privileged operations a row may name; each ends the fragment. */
export const SYSTEM_OPERATIONS = [
  'illegal',
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'fenceI',
  'sfenceVma',
  'fenceInvalidation',
  'cacheBlock',
] as const;
export type SystemOperation = (typeof SYSTEM_OPERATIONS)[number];

/** Exception codes that the engine itself raises, by what went wrong. */
export interface EngineCauses {
  readonly illegal: number;
  readonly fetchAccess: number;
  readonly loadAccess: number;
  readonly storeAccess: number;
  readonly loadMisaligned: number;
  readonly storeMisaligned: number;
}

/** What generated code may assume now: banks of the lookaside buffer for data and fetches, and how floating point stands. */
export interface ExecutionMode {
  readonly bank: number;
  readonly fetchBank: number;
  /** 0: unit off or not yet dirty, 1: flags must be exact, 2: only NX can change and is already set. */
  readonly float: number;
  /** Whether fencing translations is allowed now. */
  readonly mayFence: boolean;
}

/** What code at an address means, for the compiler's own walk. */
export interface CodeContext {
  readonly translation: bigint;
  readonly privilege: number;
}

/** Which remembered translations a fence or a CSR write makes void. */
export interface Flush {
  /** Only this page (its address); absent: all. */
  readonly address?: bigint;
  /** Translations marked global stay. */
  readonly keepGlobal: boolean;
}

/** The engine's half of a core, as the privileged half sees it. */
export interface EngineCore {
  readonly hartId: number;
  /** Words shared with generated code. */
  readonly working: { operand: bigint; operand2: bigint; physical: bigint; cause: number; trapValue: bigint; pmpActive: number };
  /** Time in ticks of the board's timebase. */
  time(): bigint;
  /** Instructions retired so far, this one not yet. */
  retired(): bigint;
  /** The interrupt lines that hardware drives. */
  lines(): number;
  /** Has generated code return to the run loop soon. */
  nudge(): void;
  /** An interrupt can be taken: generated code returns to the run loop behind this instruction. */
  interruptDue(): void;
  /** A call to the machine's firmware interface. @returns false where there is none */
  sbi(): boolean;
  /** What generated code may assume must be worked out anew. */
  modeChanged(): void;
  flush(what: Flush): void;
  /** Drops what was translated from pages that devices have written since. */
  settle(): void;
  /** Raises an exception for the instruction at `pc`. */
  raise(cause: number, value: bigint): void;
  /** The instruction (4 bytes) is done: go on behind it, looking everything up again, or leave for the run loop. */
  completed(leave?: boolean): void;
  /** `pc` was set by the operation itself. */
  redirected(leave?: boolean): void;
  /** Checks that an address may be loaded from. @returns false with a trap raised */
  probe(address: bigint): boolean;
}

/** The architecture's half of a core, in TypeScript: everything rarer than loads and branches. */
export interface PrivilegedCore {
  mode(): ExecutionMode;
  system(operation: SystemOperation): void;
  /** Operand and old value in `working.operand`. @returns false where the access is illegal */
  csr(number: number, kind: CsrKind, writes: boolean): boolean;
  /** A floating-point row came up while the unit's mode does not allow it or could be better. */
  floatMode(): void;
  /** Takes the trap that `working` describes. */
  takeTrap(): void;
  /** Whether protection lets an access (see ACCESS) to `working.physical` pass at a privilege. */
  protectionAllows(access: number, privilege: number): boolean;
  standing(): Standing;
  /** An interrupt has come for a core that waits: it executes again. */
  woken(): void;
  /** Takes the most urgent interrupt that may be taken now. @returns whether there was one */
  takeInterrupt(): boolean;
  /** Whether an interrupt is pending and enabled, deliverable or not: what ends a wait. */
  interruptWaiting(): boolean;
  /** The tick at which the core's own timer is due, or Infinity. */
  deadline(): number;
  codeContext(): CodeContext;
  /** The state was set from outside: works out anew what follows from it, and drops every translation. */
  restored(): void;
}

/** State fields the engine itself reads or writes, by name. */
export interface EngineState {
  pc: bigint;
  retired: bigint;
}

/** What a core does: it executes, waits for an interrupt, or is off until another core or its owner starts it. */
export type Standing = 'executing' | 'waiting' | 'off';

/** How a CSR instruction is compiled, where it can be. */
export interface CsrCompiler {
  /** Whether it may stand inside a region of this mode. `writes`: not only a read. */
  inline(name: string, csr: number, writes: boolean, region: { readonly privilege: number; readonly float: boolean }): boolean;
  write(routine: RegionRoutine, kind: CsrKind, csr: number, rd: Register, source: Register | Value): void;
}

export interface Architecture {
  readonly name: string;
  /** Has the fields of `EngineState`, and `x`, `f`, `frm`, `fflags`, `reserved`, `reservedAddress`, `reservedValue`. */
  readonly state: Schema<Fields>;
  readonly rows: readonly Row[];
  readonly causes: EngineCauses;
  decode(word: number): Decoded | undefined;
  /** The same without remembering, for a caller that remembers something of its own. */
  decodeOnce(word: number): Decoded | undefined;
  /** Writes `translate(address i64, access i32) -> i64`: the physical address, or -1 with a trap raised. */
  writeTranslate(routine: Routine, parts: CoreParts, self: Callable): void;
  /**
   * Writes `quickCsr(number i32, kind i32, writes i32) -> i32`: does an access that has no consequences for mode or
   * translation, value in and out in `run.operand`, and returns 1; or returns 0 having done nothing.
   */
  writeQuickCsr(routine: Routine, parts: CoreParts): void;
  /** A translation for fetching that changes nothing; `read` gives 8 bytes at a physical address. */
  translateCode(address: bigint, context: CodeContext, read: (physical: bigint) => bigint | undefined): bigint | undefined;
  readonly csr: CsrCompiler;
  privileged(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number): PrivilegedCore;
}
