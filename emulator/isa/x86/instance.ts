/** What a row's meaning is told of the instruction that it is read for, besides its operands. */
import type { AddressOperands } from './address.ts';
import type { Size } from './place.ts';
import type { Value } from '../value.ts';

export interface Instance {
  /** Bits of the operand size. */
  readonly size: Size;
  readonly locked: boolean;
  readonly repeat: 'none' | 'rep' | 'repne';
  /** Outside 64-bit mode: code, stack and data segments are the whole address space, and none is checked. */
  readonly flat: boolean;
  /** The memory operand, where there is one that the row takes as an address, or by nature (strings). */
  readonly memory: AddressOperands | undefined;
  /** The number of the first operand's register as an i32, where the row wants it. */
  readonly register: Value;
  /** Not 0, i32: its vectors have 256 bits. */
  readonly long: Value;
  /** Its vectors in memory must be aligned. */
  readonly aligned: boolean;
}
