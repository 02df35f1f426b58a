/**
 * What the row of any architecture may do: the operations of `value.ts` plus registers, memory, control flow and traps. The
 * interpreter and the compiler each implement it, so a row means the same in both. An architecture adds words of its own
 * (`extendCpu`), which come down to these.
 */
import type { Operations, Value } from './value.ts';

/** A register operand: its number where the row is translated, a field of the decoded record where it is interpreted. */
export interface Register {
  /** The register file, one of `Architecture.files`. */
  readonly file: string;
}

/** Width of a memory access in bytes. */
export type Width = 1 | 2 | 4 | 8;

/** How an integer looks to a conversion (`fcvt.w.d`: i32, `fcvt.wu.d`: u32, ...). */
export type IntegerKind = 'i32' | 'u32' | 'i64' | 'u64';

/**
 * IEEE 754 arithmetic: operands are f32 or f64 values (both of one type), results are the canonical NaN where NaN,
 * exceptions accumulate in the field `FloatPolicy.flags`. `rm` is an instruction's rounding mode as an i32
 * (7 = the one in the field `FloatPolicy.rounding`); reserved modes never reach these.
 */
export interface FloatOperations {
  /**
   * Present where code is compiled for the usual case: what rounds rounds to nearest, inexact is raised already, and nothing
   * is flushed. A row may then use the host's arithmetic on whole vectors, and has the instruction interpreted instead
   * when its condition (i32) says that more could come of it.
   */
  leaveWhen?(condition: Value): void;
  /** Whether FLOAT_MODE.called may hold. */
  readonly anyMode: boolean;
  add(rm: Value, a: Value, b: Value): Value;
  sub(rm: Value, a: Value, b: Value): Value;
  mul(rm: Value, a: Value, b: Value): Value;
  div(rm: Value, a: Value, b: Value): Value;
  sqrt(rm: Value, a: Value): Value;
  /** a * b + c with one rounding. */
  fma(rm: Value, a: Value, b: Value, c: Value): Value;
  /** minimumNumber / maximumNumber of IEEE 754-2019; -0 is below +0; a signalling NaN raises NV. */
  min(a: Value, b: Value): Value;
  max(a: Value, b: Value): Value;
  /** Comparisons as i32; `eq` is quiet, `lt` and `le` raise NV for any NaN. */
  eq(a: Value, b: Value): Value;
  lt(a: Value, b: Value): Value;
  le(a: Value, b: Value): Value;
  /** A mask of ten classes, as an i64: negative infinity, normal, subnormal and zero, the same positive, signalling, quiet. */
  classify(a: Value): Value;
  /** To an integer in an i64, narrow kinds sign-extended from 32 bits (also u32); saturates and raises NV. */
  toInteger(rm: Value, a: Value, kind: IntegerKind): Value;
  /** From the low 32 bits or the whole of an i64. */
  fromInteger(rm: Value, a: Value, kind: IntegerKind, to: 'f32' | 'f64'): Value;
  /** Between f32 and f64. */
  convert(rm: Value, a: Value, to: 'f32' | 'f64'): Value;
}

/** A place in memory that has been checked for atomic accesses; those to it cannot fault. */
export interface AtomicPlace {
  /** The value there, as an i64, sign-extended. */
  load(): Value;
  /** Stores where the place still holds `expected`. @returns what it held before, sign-extended */
  compareExchange(expected: Value, value: Value): Value;
}

export interface EngineCpu extends Operations {
  /** Arithmetic with rounding and flags. */
  readonly float: FloatOperations;

  /** A register by its number, for what an instruction names by nature and not by an operand. */
  register(file: string, number: number): Register;
  /** The 64 bits of a register, i64. A file's zero register reads 0 and ignores writes. */
  get(r: Register): Value;
  set(r: Register, value: Value): void;
  /** The same bits as f64. */
  getDouble(r: Register): Value;
  setDouble(r: Register, value: Value): void;
  /** A register of a vector file, v128; one of 256 bits is two of them, `part` 0 the lower. */
  getVector(r: Register, part?: 0 | 1): Value;
  setVector(r: Register, value: Value, part?: 0 | 1): void;
  /** Makes every register of a file 0, those too that the instruction does not name. */
  clearFile(file: string): void;
  /** Whether an operand names its file's zero register, i32. */
  isZero(r: Register): Value;

  /** Address of this instruction, i64. */
  pc(): Value;
  /** Address of the next instruction in memory, i64. */
  nextPc(): Value;
  /** Goes to pc + offset when the condition (i32) holds. Last in a row. */
  branch(condition: Value, offset: Value): void;
  /** Goes to pc + offset. Last in a row. */
  jumpBy(offset: Value): void;
  /** Goes to an address computed at run time. Last in a row. */
  jumpTo(address: Value): void;

  /** Memory at a virtual address, as i64, zero- or sign-extended. Faults trap. */
  read(address: Value, width: Width, signed: boolean): Value;
  write(address: Value, width: Width, value: Value): void;
  /**
   * Reads a place, and writes there what `change` makes of it, in one step for faults: it may be written, or nothing happens.
   * Not atomic. Returns what was read, zero-extended.
   */
  update(address: Value, width: Width, change: (old: Value) => Value): Value;
  /** Traps as an access of so many bytes would (up to 4096), and does nothing else: for instructions with several accesses. */
  probe(address: Value, bytes: number, access: 'load' | 'store'): void;
  /**
   * Copies elements of `width` bytes upwards, as many as can be done at once: at most `most` (i64, from 1 on), within one page
   * each, where neither page needs a slow path and no element is written that is read later. @returns how many, i64; often none
   */
  moveElements(to: Value, from: Value, width: Width, most: Value): Value;
  /** Fills elements of `width` bytes with one byte (i32), in the same way. */
  fillElements(to: Value, byte: Value, width: Width, most: Value): Value;
  /** How many instructions more than this one may be executed before the core's owner wants to look, i64. Not in rare rows. */
  allowance(): Value;
  /** Counts so many (i64, at most the allowance) as executed besides this one. Not in rare rows. */
  countMore(instructions: Value): void;
  loadF32(address: Value): Value;
  loadF64(address: Value): Value;
  /** Sixteen bytes, v128; both halves are checked before either is touched. */
  loadVector(address: Value): Value;
  storeVector(address: Value, value: Value): void;
  /** The second address space, for architectures that have one: 1, 2 or 4 bytes at a port, as i64, zero-extended. Ends its row's fragment. */
  readPort(port: Value, width: 1 | 2 | 4): Value;
  writePort(port: Value, width: 1 | 2 | 4, value: Value): void;
  /** Atomic read-modify-write; `combine` gets the old value (i64, sign-extended) and gives the new one. Returns the old. */
  amo(address: Value, width: Width, combine: (old: Value) => Value): Value;
  /**
   * Sixteen aligned bytes, as two values of eight, the lower first: exchanged as one step where they are as expected. Only for
   * architectures whose atomic accesses may be anywhere. @returns whether they were (i32), and what they were
   */
  exchangePair(
    address: Value,
    expected: readonly [Value, Value],
    values: readonly [Value, Value],
  ): { readonly equal: Value; readonly old: readonly [Value, Value] };
  /** Checks an address for atomic accesses; misaligned ones trap (see `AccessRules.atomics`). */
  atomicPlace(address: Value, width: Width, access: 'load' | 'store'): AtomicPlace;
  /** Orders memory accesses; `storeLoad`: also earlier stores before later loads, which hosts do not by themselves. */
  orderMemory(storeLoad: boolean): void;

  /** A field of the core's state as it is now: i32 or i64 by its width. For conditions, not for registers. */
  field(name: string): Value;
  /** @param index of an element, where the field is an array */
  setField(name: string, value: Value, index?: number): void;
  /** An element (its index an i32) of a field that is an array of 32 or 64 bits, i64, zero-extended. */
  element(name: string, index: Value): Value;

  /** Something the privileged half does (`Architecture.operations`), with up to two operands (i64). It says how it goes on. */
  operation(name: string, ...operands: Value[]): void;
  /**
   * Asks the privileged half for a value (i64): with `number` (i32), which it knows what to do with, and one operand.
   * `then` is not done when that traps.
   */
  ask(name: string, number: Value, operand: Value, then: (answer: Value) => void): void;
}

/**
 * Adds an architecture's own words to the engine's, in place: once for each routine that is written. Their names must be
 * none of the engine's, which goes on to use its own.
 */
export function extendCpu<C extends EngineCpu, W extends object>(cpu: C, own: (cpu: C) => W): C & W {
  return Object.assign(cpu, own(cpu));
}
