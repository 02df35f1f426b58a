/** State of the core-local interruptor (SiFive FU540 manual, chapter 9; RISC-V ACLINT specification). */
import { type Field, type Schema, schema, u32s, u64s } from '../../snapshot/schema.ts';

type ClintFields = {
  softwareInterrupt: Field<Int32Array>;
  timeCompare: Field<BigUint64Array>;
};

/** The schema for `harts` harts; arrays of at least two, because a schema's array of one is a scalar. */
export const clintState = (harts: number): Schema<ClintFields> =>
  schema('clint', 1, {
    softwareInterrupt: u32s(Math.max(2, harts)),
    /** `mtimecmp`; reset so far ahead that nothing fires before a guest asks. */
    timeCompare: { ...u64s(Math.max(2, harts)), reset: 0xffff_ffff_ffff_ffffn },
  });
