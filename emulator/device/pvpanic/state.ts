/** State of pvpanic (QEMU, docs/specs/pvpanic). */
import { schema, u8 } from '../../snapshot/schema.ts';

export const pvpanicState = schema('pvpanic', 1, {
  /** The last event that a guest told. */
  event: u8(),
});
