/** State of the firmware configuration device (QEMU, docs/specs/fw_cfg). What it offers follows from the machine. */
import { schema, u16, u32, u64 } from '../../snapshot/schema.ts';

export const fwCfgState = schema('fw-cfg', 1, {
  /** The item that is being read, and the offset of its next byte. */
  selected: u16(),
  offset: u32(),
  /** Address of the structure that describes a transfer, as far as it was written. */
  dmaAddress: u64(),
});
