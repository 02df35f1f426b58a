/** State of an I/O APIC (Intel 82093AA data sheet, section 3.0). */
import { schema, u32, u32s } from '../../snapshot/schema.ts';

export const PINS = 24;
/** Of the low half of a redirection entry. */
export const ENTRY = { destinationLogical: 1 << 11, remoteIrr: 1 << 14, level: 1 << 15, masked: 1 << 16, writable: 0x1_afff } as const;

export const ioapicState = schema('ioapic', 1, {
  /** IOREGSEL: which register the window shows. */
  index: u32(),
  id: u32(),
  /** Low and high half of each pin's redirection entry. */
  low: { ...u32s(PINS), reset: ENTRY.masked },
  high: u32s(PINS),
  /** The inputs as the devices drive them, a bit a pin. */
  inputs: u32(),
  /** Rising edges that have not been sent yet, because the pin is masked. */
  edges: u32(),
});
