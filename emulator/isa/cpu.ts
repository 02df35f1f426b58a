/**
 * What a RISC-V row may do: the operations of `value.ts` plus the core's registers, memory, control flow and traps.
 * The interpreter and the compiler each implement it; a row therefore means the same in both.
 */
import type { SystemOperation } from './architecture.ts';
import type { Operations, Value } from './value.ts';

/** A register operand: its number where the row is translated, a field of the decoded record where it is interpreted. */
export interface Register {
  readonly register: 'x' | 'f';
}

/** Width of a memory access in bytes. */
export type Width = 1 | 2 | 4 | 8;

/** How an integer looks to a conversion (`fcvt.w.d`: i32, `fcvt.wu.d`: u32, ...). */
export type IntegerKind = 'i32' | 'u32' | 'i64' | 'u64';

/**
 * IEEE 754 arithmetic as chapters "F" and "D" of the unprivileged manual want it: operands are f32 or f64 values
 * (both of one type), results are canonical NaN where NaN, exception flags accumulate in `fflags`. `rm` is the
 * instruction's rounding-mode field as an i32 (7 = dynamic: `frm`); reserved modes never reach these.
 */
export interface FloatOperations {
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
  /** The ten-bit class mask of `fclass`, as an i64. */
  classify(a: Value): Value;
  /** To an integer in an i64, narrow kinds sign-extended from 32 bits (also u32); saturates and raises NV as the manual's table says. */
  toInteger(rm: Value, a: Value, kind: IntegerKind): Value;
  /** From the low 32 bits or the whole of an i64. */
  fromInteger(rm: Value, a: Value, kind: IntegerKind, to: 'f32' | 'f64'): Value;
  /** Between f32 and f64. */
  convert(rm: Value, a: Value, to: 'f32' | 'f64'): Value;
}

export interface Cpu extends Operations {
  /** Integer register, i64; x0 reads 0 and ignores writes. */
  x(r: Register): Value;
  setX(r: Register, value: Value): void;
  /** Arithmetic with rounding and flags. */
  readonly float: FloatOperations;
  /** The 64 raw bits of a floating-point register. */
  f(r: Register): Value;
  setF(r: Register, bits: Value): void;
  /** As f64 / as f32: an f32 that is not NaN-boxed reads as the canonical NaN; writing boxes. */
  d(r: Register): Value;
  setD(r: Register, value: Value): void;
  s(r: Register): Value;
  setS(r: Register, value: Value): void;

  /** Address of this instruction, i64. */
  pc(): Value;
  /** Address of the next instruction in memory, i64. */
  nextPc(): Value;
  /** Goes to pc + offset when the condition (i32) holds. */
  branch(condition: Value, offset: Value): void;
  /** Goes to pc + offset, writing the return address to rd (the direct call). */
  jump(rd: Register, offset: Value): void;
  /** Goes to an address computed at run time, writing the return address to rd. */
  jumpTo(rd: Register, address: Value): void;

  /** Memory at a virtual address, as i64, zero- or sign-extended. Faults trap. */
  read(address: Value, width: Width, signed: boolean): Value;
  write(address: Value, width: Width, value: Value): void;
  loadF32(address: Value): Value;
  loadF64(address: Value): Value;
  /** Atomic read-modify-write; `combine` gets the old value (i64, sign-extended) and gives the new one. Returns the old. */
  amo(address: Value, width: 4 | 8, combine: (old: Value) => Value): Value;
  loadReserved(address: Value, width: 4 | 8): Value;
  /** Stores if the reservation holds; 0 on success, 1 on failure (i64). */
  storeConditional(address: Value, width: 4 | 8, value: Value): Value;
  /** A field of the core's state as it is now: i32 or i64 by its width. For conditions, not for registers. */
  field(name: string): Value;
  /** Orders memory accesses: those in `pred` before those in `succ`, as bits I O R W from the top (both i32). */
  fence(pred: Value, succ: Value): void;

  /** Something the privileged part does: traps, returns, fences of translation, WFI. */
  system(operation: SystemOperation, ...operands: Value[]): void;
  /**
   * Reads a CSR into rd and writes, sets or clears bits of it by the source: a register, or an immediate (i64). With
   * `set` and `clear`, x0 or 0 as source means that nothing is written (unprivileged manual, chapter "Zicsr").
   */
  csr(kind: CsrKind, number: Value, rd: Register, source: Register | Value): void;
}

export type CsrKind = 'write' | 'set' | 'clear';
