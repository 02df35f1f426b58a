/** State of the test finisher (SiFive test device, as on QEMU's `virt`). */
import { schema, u32 } from '../../snapshot/schema.ts';

export const finisherState = schema('finisher', 1, {
  /** The last word a guest wrote. */
  last: u32(),
});
