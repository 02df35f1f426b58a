/** Register operands as the interpreter has them: places relative to the core's state. */
import type { Register } from '../../isa/cpu.ts';

/** A register operand: the field of the record that holds its byte offset from the core's state. */
export class FieldRegister implements Register {
  readonly file: string;
  readonly field: number;
  /** Bytes from there to the register: another file's. */
  readonly further: number;
  constructor(file: string, field: number, further = 0) {
    this.file = file;
    this.field = field;
    this.further = further;
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
