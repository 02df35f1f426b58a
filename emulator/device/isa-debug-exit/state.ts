/** State of the exit port (QEMU's `isa-debug-exit`). */
import { schema, u32 } from '../../snapshot/schema.ts';

export const debugExitState = schema('isa-debug-exit', 1, {
  /** The last value a guest wrote. */
  last: u32(),
});
