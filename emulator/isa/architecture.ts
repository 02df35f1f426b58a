/**
 * What the engine needs of an instruction set: its rows and how to decode them, the layout of a core's state, address
 * translation as generated code, and the privileged half in TypeScript. The engine knows nothing else of a guest
 * architecture; a machine hands it one of these.
 */
import type { CoreParts } from '../engine/core/parts.ts';
import type { Expression } from '../engine/wasm/expression.ts';
import type { Callable, Routine } from '../engine/wasm/routine.ts';
import type { Fields, Schema } from '../snapshot/schema.ts';
import type { CodeShape } from './code-shape.ts';
import type { EngineCpu, Width } from './cpu.ts';
import type { Decoded, Row } from './row.ts';

/** Kinds of memory access, as generated code numbers them. */
export const ACCESS = { fetch: 0, load: 1, store: 2 } as const;

/** What `walkFlags` says of the last translation. W is given only once a page is known dirty. */
export const WALK = { readable: 1, writable: 2, executable: 4, global: 8 } as const;

/**
 * How floating point stands: unit off or not yet dirty, flags must be exact, only inexact can change and is already set; or
 * something holds that only the engine's functions know (`FloatPolicy.flush`), so that compiled code leaves it to them.
 */
export const FLOAT_MODE = { off: 0, exact: 1, fast: 2, called: 3 } as const;
export type FloatMode = (typeof FLOAT_MODE)[keyof typeof FLOAT_MODE];
export const FLOAT_STATES = 3;
/** With `called` among them. */
export const ALL_FLOAT_STATES = 4;

/** Exception codes that the engine itself raises, by what went wrong. */
export interface EngineCauses {
  readonly illegal: number;
  readonly fetchAccess: number;
  readonly loadAccess: number;
  readonly storeAccess: number;
  readonly loadMisaligned: number;
  readonly storeMisaligned: number;
}

/** A set of registers, an array of the core's state with the file's name. */
export interface RegisterFile {
  /** How compiled code keeps one: i64, f64 or v128. */
  readonly kind: 'integer' | 'double' | 'vector';
  /** Bits of a register. */
  readonly width: 64 | 128 | 256;
  readonly count: number;
  /** Compiled code works out what is set only where somebody looks: for registers that describe results, and are read seldom. */
  readonly late?: boolean;
  /** The register that is always 0, and the place in the array that takes what is written to it. */
  readonly zero?: { readonly reads: number; readonly discards: number };
}

/** What the engine knows of a mode of execution; all else about it is the architecture's own. */
export interface ModeFacets {
  /** The bank of the lookaside buffer: modes in which an address means the same share one. */
  readonly bank: number;
  readonly float: FloatMode;
  /** Modes in which bytes decode alike share one. */
  readonly decoding: number;
}
/** The modes of execution, by key. Fragments are compiled for one and run in it only. */
export interface Modes {
  readonly count: number;
  readonly banks: number;
  readonly decodings: number;
  facets(key: number): ModeFacets;
}
/** The present mode. */
export interface ExecutionMode {
  readonly key: number;
  /** The bank that instructions are fetched through; never the same for two decodings. */
  readonly fetchBank: number;
  /** What of data accesses is watched, as bits of WATCH. A mode that watches has a bank of its own, which remembers nothing. */
  readonly watch?: number;
  /** A word that the architecture's quick paths may ask (`QuickCore.facts`). */
  readonly facts: number;
}

/** Each access is told to the privileged half (`accessed`); misaligned ones trap, whatever `AccessRules` say. */
export const WATCH = { told: 1, aligned: 2 } as const;

/** Bits of accumulated flags. */
export interface FloatFlagBits {
  readonly inexact: number;
  readonly underflow: number;
  readonly overflow: number;
  readonly divideByZero: number;
  readonly invalid: number;
}
/** Rounding modes as the engine numbers them: nearest even, toward zero, down, up, nearest with ties away from zero. */
export type RoundingMode = 0 | 1 | 2 | 3 | 4;

/** How the architecture's floating-point environment is laid out, and what it makes of results that are NaN or tiny. */
export interface FloatPolicy {
  /** State fields (u32): the rounding mode, and the accumulated flags. */
  readonly rounding: string;
  readonly flags: string;
  /** Where in its field the mode is; absent: it is the field. */
  readonly roundingAt?: { readonly shift: number; readonly bits: number };
  /** The mode that each value stands for; absent: as the engine numbers them. 0 must be nearest even. */
  readonly modes?: readonly RoundingMode[];
  /** Absent: inexact 1, underflow 2, overflow 4, divide by zero 8, invalid 16. */
  readonly flagBits?: FloatFlagBits;
  /** Absent: results that are NaN are the canonical one, which is positive. */
  readonly nan?: NanRule;
  /** Whether a result is tiny that only rounding makes a normal number; absent: `after`, it is not. */
  readonly tininess?: 'before' | 'after';
  /** Absent: there is no such mode. While it is on, the mode must be FLOAT_MODE.called or off. */
  readonly flush?: FlushRule;
  /** What arithmetic and comparisons raise where an operand is subnormal and none is NaN; absent: nothing. */
  readonly subnormal?: number;
  /** The operand that holds an instruction's own rounding mode, where 7 means the field's. */
  readonly operand: string;
  /** Values of the field beyond this one make instructions that use it illegal. */
  readonly reservedAbove: number;
}

/** Results that are NaN because an operand is: that operand with its quiet bit set. */
export interface NanRule {
  /** Of several: the first, or the first that signals if one does. */
  readonly prefers: 'first' | 'signalling';
  /** A product's addend comes before its factors. */
  readonly addendFirst?: boolean;
  /** Infinity times zero and a NaN added: invalid, or that NaN without a flag. */
  readonly invalidProduct: 'invalid' | 'addend';
  /** The sign of the NaN that an invalid operation makes. */
  readonly negative: boolean;
}
/** Subnormal numbers taken for zero, each by bits of a state field (u32); a result so becomes a zero of its sign. */
export interface FlushRule {
  readonly field: string;
  readonly operands: number;
  readonly results: number;
  /** While these are set, tiny results raise underflow though they are exact, and too large ones inexact only if they are: the row traps. */
  readonly trapsUnderflow?: number;
  readonly trapsOverflow?: number;
  /** What a result that is flushed raises. */
  readonly raises: 'underflow' | 'underflow and inexact';
}

/** How memory answers what is not the common case. */
export interface AccessRules {
  /**
   * Accesses not aligned to their width, which are done in either case: as fast as others within a page, or by a slow path
   * (which makes the common case an instruction shorter). Atomic ones are neither: see `atomics`.
   */
  readonly misaligned: 'fast' | 'slow';
  /** A physical address at which nothing answers: an access fault, or reads of all ones and writes that are lost. */
  readonly unanswered: 'fault' | 'ones';
  /** Atomic accesses that are misaligned or to a device: they trap; or those to RAM are atomic all the same (engine/core/apart.ts), and those to a device a load and a store. */
  readonly atomics: 'aligned' | 'anywhere';
}

/** What code at an address means, for the compiler's own walk: the architecture's own numbers. */
export type CodeContext = Readonly<Record<string, bigint | number>>;

/** Which remembered translations a fence or a register write makes void. */
export interface Flush {
  /** Only this page (its address); absent: all. */
  readonly address?: bigint;
  /** Translations marked global stay. */
  readonly keepGlobal: boolean;
}

/** What a core does: it executes, waits for an interrupt, or is off until another core or its owner starts it. */
export type Standing = 'executing' | 'waiting' | 'off';

/** The engine's half of a core, as the privileged half sees it. */
export interface EngineCore {
  /** Which of the machine's cores this is. */
  readonly core: number;
  /** Words shared with generated code. */
  readonly working: { operand: bigint; operand2: bigint; physical: bigint; cause: number; trapValue: bigint; protection: number };
  /** Time in ticks of the board's timebase. */
  time(): bigint;
  /** The same time in nanoseconds. */
  nanoseconds(): bigint;
  /** Instructions retired so far, this one not yet. */
  retired(): bigint;
  /** The interrupt lines that hardware drives, as bits that board and architecture agree on. */
  lines(): number;
  /** Has generated code return to the run loop soon. */
  nudge(): void;
  /** An interrupt can be taken: generated code returns to the run loop behind this instruction. */
  interruptDue(): void;
  /** A call to the machine's firmware. @returns false where there is none and the call must trap */
  firmwareCall(): boolean;
  /** What generated code may assume must be worked out anew. */
  modeChanged(): void;
  flush(what: Flush): void;
  /** Drops what was translated from pages that devices have written since. */
  settle(): void;
  /** Raises an exception for the instruction at `pc`. */
  raise(cause: number, value: bigint): void;
  /** The instruction is done: go on behind it, looking everything up again, or leave for the run loop. @param length in bytes */
  completed(leave?: boolean, length?: number): void;
  /** `pc` was set by the operation itself. */
  redirected(leave?: boolean): void;
  /** Checks that an address may be loaded from. @returns false with a trap raised */
  probe(address: bigint): boolean;
  /** Random bits from outside. */
  random(): bigint;
  /** Reads at a virtual address as the present mode may. @returns undefined where that cannot be done, see `refusal` */
  load(address: bigint, width: Width): bigint | undefined;
  /** Writes there. @returns false where that cannot be done, see `refusal` */
  store(address: bigint, width: Width, value: bigint): boolean;
  /**
   * The bytes there, for as long as the operation lasts: where they are RAM within a page that may be accessed so, and nobody has to
   * be told of it; otherwise undefined, and each access is done by itself.
   */
  view(address: bigint, bytes: number, access: 'load' | 'store'): DataView | undefined;
  /**
   * Why the last `load` or `store` could not be done: an exception, which has not been raised; or undefined: something else
   * wants the core before the memory is there, and what it was doing must be given up and begun anew later (`again`).
   */
  readonly refusal: { readonly cause: number; readonly value: bigint } | undefined;
  /** The instruction has changed nothing and is to be done again. */
  again(): void;
}

/** The architecture's half of a core, in TypeScript: everything rarer than loads and branches. */
export interface PrivilegedCore {
  mode(): ExecutionMode;
  /** Does one of `Architecture.operations`; its instruction's address is in the state's pc, operands in `working`. */
  operation(name: string): void;
  /** Answers `EngineCpu.ask`: operand and answer in `working.operand`. @returns false where that is illegal */
  ask(name: string, number: number): boolean;
  /** A floating-point row came up while the unit's mode does not allow it or could be better. */
  floatMode(): void;
  /** Takes the trap that `working` describes. */
  takeTrap(): void;
  /** While `working.protection` is not 0: whether an access (see ACCESS) to `working.physical` may pass at a privilege. */
  protectionAllows(access: number, privilege: number): boolean;
  /** While WATCH.told is on: a load or store (see ACCESS) of so many bytes is about to be done; one across pages is told by bytes. */
  accessed?(address: bigint, width: number, access: number): void;
  standing(): Standing;
  /** An interrupt has come for a core that waits: it executes again. */
  woken(): void;
  /** Takes the most urgent interrupt that may be taken now. @returns whether there was one */
  takeInterrupt(): boolean;
  /** Whether an interrupt is pending and enabled, deliverable or not: what ends a wait. */
  interruptWaiting(): boolean;
  /** Whether the next instruction is to be executed by itself, before interrupts are looked at again. Absent: never. */
  stepping?(): boolean;
  /** It has been executed by itself. */
  stepped?(): void;
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

/** What a quick path may ask of the core whose generated code it is in. */
export interface QuickCore {
  /** `ExecutionMode.facts` of the present mode, i32. */
  facts(): Expression;
  /** Whether no device has written code that this core holds since it last looked, i32. */
  codeUnchanged(): Expression;
  /** How many compiled fragments in use touch the page of an address (or one that shares its counter), i32. */
  fragmentsAt(address: Expression): Expression;
  /** Drops the translations of an address's page. */
  flushPage(address: Expression): void;
  /**
   * One of `Architecture.quickAnswers`: whether it has done the operation, i32.
   * @param operand in `run.operand`, i64 @param number the function's parameter, i32; absent: 0
   */
  answer(name: string, operand?: Expression, number?: Expression): Expression;
  /** From here on the state's pc is this instruction's. */
  report(): void;
  /** Goes on as `run.event` says. */
  event(): void;
}
/** An operation done in generated code where it is possible; undefined where it never is. */
export type QuickOperation = (
  r: Routine,
  core: QuickCore,
  operands: readonly (Expression | undefined)[],
) => { readonly possible: Expression; readonly run: () => void } | undefined;

export interface Architecture {
  readonly name: string;
  /** Has the fields of `EngineState`, one of each register file, and those that `float` names. */
  readonly state: Schema<Fields>;
  readonly files: Readonly<Record<string, RegisterFile>>;
  readonly code: CodeShape;
  readonly accesses: AccessRules;
  readonly modes: Modes;
  /** Absent: no row uses `EngineCpu.float`. */
  readonly float?: FloatPolicy;
  readonly rows: readonly Row[];
  /** The engine's words and the architecture's own, for its rows. */
  cpu(engine: EngineCpu): unknown;
  readonly causes: EngineCauses;
  /**
   * Decodes the instruction at a place, from at most `there` bytes. May remember what it has decoded.
   * @param decoding see ModeFacets
   * @param once the caller is done with what it gets before it decodes again, and remembers it by its key where it has one
   * @returns `more` where the instruction goes on beyond the bytes that are there
   */
  decode(view: DataView, at: number, there: number, decoding: number, once?: boolean): Decoded | 'illegal' | 'more';
  /** A number that stands for an instruction's bytes, if there are few enough of them: those with the same decode alike. */
  key?(view: DataView, at: number, there: number): number | undefined;
  /** What the trap of an illegal instruction tells of it, as 32 bits. */
  illegalValue(view: DataView, at: number, there: number): number;
  /** What rows may name in `EngineCpu.operation` and `EngineCpu.ask`. */
  readonly operations: readonly string[];
  readonly quickOperations: Readonly<Record<string, QuickOperation>>;
  /**
   * For `ask`, and for quick operations: each writes a function `(number i32) -> i32` that answers, operand and answer in `run.operand`, and returns
   * 1; or returns 0 having done nothing.
   */
  readonly quickAnswers: Readonly<Record<string, (routine: Routine, parts: CoreParts) => void>>;
  /** Writes `() -> i32`: takes the trap that `run` describes and returns 1; or returns 0 having done nothing. */
  readonly quickTrap?: (routine: Routine, parts: CoreParts) => void;
  /** Whether an instruction that ends fragments, and whose flow cannot be followed, may stand within a region after all. */
  inlines(decoded: Decoded, mode: ModeFacets, context: CodeContext): boolean;
  /** Writes `translate(address i64, access i32) -> i64`: the physical address, or -1 with a trap raised. */
  writeTranslate(routine: Routine, parts: CoreParts, self: Callable): void;
  /** A translation for fetching that changes nothing; `read` gives 8 bytes at a physical address. */
  translateCode(address: bigint, context: CodeContext, read: (physical: bigint) => bigint | undefined): bigint | undefined;
  privileged(engine: EngineCore, buffer: SharedArrayBuffer, stateAt: number): PrivilegedCore;
}
