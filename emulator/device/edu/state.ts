/** State of `edu`, QEMU's teaching device: its registers and its buffer. */
import { bytes, schema, u32, u64 } from '../../snapshot/schema.ts';
import { pciFields } from '../pci/state.ts';

/** Bytes of the device's own memory, reached by DMA only. */
export const BUFFER_BYTES = 4096;

export const eduState = schema('edu', 1, {
  liveness: u32(),
  factorial: u32(),
  status: u32(),
  interruptStatus: u32(),
  dmaSource: u64(),
  dmaDestination: u64(),
  dmaCount: u64(),
  dmaCommand: u64(),
  buffer: bytes(BUFFER_BYTES),
});

/** State of its PCI function. */
export const eduPciState = schema('edu-pci', 1, pciFields(0));
