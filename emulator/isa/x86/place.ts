/** What operands are to the meaning of a row: places that are read and written, in registers or in memory. */
import type { Value } from '../value.ts';
import type { SegmentUse } from './address.ts';

/** Bits of an integer operand. */
export type Size = 8 | 16 | 32 | 64;

/** An integer operand. */
export interface Place {
  readonly size: Size;
  readonly inMemory: boolean;
  /** Its bits in an i64; what lies above them is anything. */
  raw(): Value;
  /** Zero-extended. */
  get(): Value;
  /** Sign-extended. */
  signed(): Value;
  /** Writes the low bits of a value. A register of 32 bits has the upper half cleared, narrower ones leave the rest. */
  set(value: Value): void;
  /** Replaces the value, as one step where the instruction is locked. `combine` may be asked twice. @returns old value and new, as `raw` */
  modify(combine: (old: Value) => Value): { old: Value; result: Value };
  /** Linear address, of a place in memory. @param use where a row uses it otherwise than to read or write the operand */
  address(use?: SegmentUse): Value;
  /** The same kind of place some bytes further on in memory. */
  beyond(bytes: Value): Place;
}

/** An operand of the vector file, or memory of 2, 4, 8 or 16 bytes. */
export interface VectorPlace {
  readonly size: 16 | 32 | 64 | 128;
  readonly inMemory: boolean;
  /** v128: as much as the operand has, in the low lanes; what lies above in a register comes along, above memory is 0. */
  get(): Value;
  set(value: Value): void;
  /** A half of 64 bits, i64; only the low one of memory that has no more. */
  lane(index: 0 | 1): Value;
  /** Writes a half and leaves the other. */
  setLane(index: 0 | 1, value: Value): void;
  /** The low 32 bits, zero-extended in an i64; writing leaves the rest. */
  low32(): Value;
  setLow32(value: Value): void;
  /** Sixteen bytes without the demand that they be aligned. */
  getUnaligned(): Value;
  setUnaligned(value: Value): void;
}

/**
 * A vector operand of an instruction with VEX: 128 bits, or 256 where the instruction is long. One meaning serves both, and
 * memory and registers: a value that is 1 says which (constant where the row is compiled).
 */
export interface WidePlace {
  /** i32: it is memory. */
  readonly inMemory: Value;
  /** v128: the low half, or as much as the memory has, zeros above. Read anew each time. */
  low(): Value;
  /** The high half: only where the instruction is long. */
  high(): Value;
  /** The low 64 bits, as i64; of memory that has fewer, as many. */
  lane(): Value;
  /** Memory of as many bytes at the address, and so on; i64, zero-extended. */
  address(): Value;
  /** Writes all of it: a register's high half becomes 0 where none is given, and where the instruction is not long. */
  set(low: Value, high?: Value): void;
}
