/** Register operands as the interpreter has them: places relative to the core's state. */
import type { Register } from '../../isa/cpu.ts';

/** A register operand: the field of the record that holds its byte offset from the core's state. */
export class FieldRegister implements Register {
  readonly file: string;
  readonly field: number;
  constructor(file: string, field: number) {
    this.file = file;
    this.field = field;
  }
}
/** A register that an instruction names by nature: its byte offset from the core's state. */
export class FixedRegister implements Register {
  readonly file: string;
  readonly offset: number;
  constructor(file: string, offset: number) {
    this.file = file;
    this.offset = offset;
  }
}
