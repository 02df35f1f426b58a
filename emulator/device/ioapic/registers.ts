/** Registers of the I/O APIC: 82093AA data sheet, section 3.1; the EOI register as in ICH's, which version 0x20 announces. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { ioapicState } from './state.ts';

/** What the registers ask of the I/O APIC. */
export interface IoapicFront {
  readonly state: StateOf<typeof ioapicState>;
  readWindow(): number;
  writeWindow(value: number): void;
  endOfInterrupt(vector: number): void;
}

// prettier-ignore
export const ioapicRegisters = registers<IoapicFront>()({
  select: { at: 0x00, doc: 'IOREGSEL: which register IOWIN shows', holds: 'index', writable: 0xff },
  window: { at: 0x10, doc: 'IOWIN: 0 identity, 1 version, 2 arbitration, from 0x10 the redirection table',
            read: (ioapic) => ioapic.readWindow(), write: (ioapic, value) => ioapic.writeWindow(value) },
  eoi:    { at: 0x40, doc: 'EOI: ends level-triggered interrupts of the vector written', write: (ioapic, value) => ioapic.endOfInterrupt(value & 0xff) },
});
