/**
 * The words instruction rows are written in: values and the operations on them. A row never computes anything
 * itself; it says what is computed, and each engine reads that. Values are of WebAssembly's types, because
 * both engines emit WebAssembly; an `i32` also serves as a truth value.
 *
 * A value is evaluated where it is consumed. A row that writes a register and afterwards needs a value read before
 * must pin that value with `let`.
 */
import type { SIMD } from '../engine/wasm/vector-opcodes.ts';

/** Names of vector instructions, as the WebAssembly specification has them. */
export type VectorName = keyof typeof SIMD;

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export interface Value {
  readonly type: ValueType;
  /** The value where it is known while translating. */
  readonly constant: bigint | number | undefined;
}

/** A mutable variable of the routine being written. */
export interface Variable {
  readonly type: ValueType;
  get(): Value;
  set(value: Value): void;
}

/** Operations without effect on the guest, named as in the WebAssembly specification; operand types must agree. */
export interface Operations {
  i32(value: number): Value;
  i64(value: bigint | number): Value;
  f32(value: number): Value;
  f64(value: number): Value;

  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  divS(a: Value, b: Value): Value;
  divU(a: Value, b: Value): Value;
  remS(a: Value, b: Value): Value;
  remU(a: Value, b: Value): Value;
  and(a: Value, b: Value): Value;
  or(a: Value, b: Value): Value;
  xor(a: Value, b: Value): Value;
  /** Bitwise complement. */
  not(a: Value): Value;
  shl(a: Value, b: Value): Value;
  shrS(a: Value, b: Value): Value;
  shrU(a: Value, b: Value): Value;
  rotl(a: Value, b: Value): Value;
  rotr(a: Value, b: Value): Value;
  clz(a: Value): Value;
  ctz(a: Value): Value;
  popcnt(a: Value): Value;

  eqz(a: Value): Value;
  eq(a: Value, b: Value): Value;
  ne(a: Value, b: Value): Value;
  ltS(a: Value, b: Value): Value;
  ltU(a: Value, b: Value): Value;
  gtS(a: Value, b: Value): Value;
  gtU(a: Value, b: Value): Value;
  leS(a: Value, b: Value): Value;
  leU(a: Value, b: Value): Value;
  geS(a: Value, b: Value): Value;
  geU(a: Value, b: Value): Value;

  /** `a` where the condition is not zero, else `b`; both are evaluated. */
  select(condition: Value, a: Value, b: Value): Value;
  /** i64 to i32. */
  wrap(a: Value): Value;
  /** i32 to i64, sign-extended / zero-extended. */
  extendS(a: Value): Value;
  extendU(a: Value): Value;
  /** The low 8, 16 or 32 bits of an i64 (8 or 16 of an i32) sign-extended in place. */
  extend8S(a: Value): Value;
  extend16S(a: Value): Value;
  extend32S(a: Value): Value;
  /** The low 32 bits of an i64, zero-extended in place. */
  zero32(a: Value): Value;

  /** Same bits as another type of the same width. */
  reinterpret(type: ValueType, a: Value): Value;

  /** A vector of two 64-bit lanes, and one of them. */
  vector(low: Value, high: Value): Value;
  lane(a: Value, lane: 0 | 1): Value;
  /** A vector with one of its lanes, or its low 32 bits, replaced by (the low bits of) an i64. */
  withLane(a: Value, lane: 0 | 1, value: Value): Value;
  withLow32(a: Value, value: Value): Value;
  /** Lane by lane, of so many bits. */
  vectorAdd(a: Value, b: Value, lanes: 8 | 16 | 32 | 64): Value;
  vectorSub(a: Value, b: Value, lanes: 8 | 16 | 32 | 64): Value;
  vectorAnd(a: Value, b: Value): Value;
  vectorOr(a: Value, b: Value): Value;
  vectorXor(a: Value, b: Value): Value;
  /** Any other vector instruction of WebAssembly by its name; counts of shifts are i32. */
  simd(name: VectorName, ...operands: Value[]): Value;
  /** Sixteen bytes out of two vectors: each by its number, those of `b` from 16 on. */
  shuffle(a: Value, b: Value, lanes: readonly number[]): Value;

  /** Evaluates now and once; the result may be used any number of times. */
  let(a: Value): Value;
  variable(initial: Value): Variable;
  /** Runs the statements when the condition is not zero. */
  when(condition: Value, then: () => void, otherwise?: () => void): void;
}
