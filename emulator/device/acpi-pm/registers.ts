/** The fixed register blocks: ACPI 6.5, sections 4.8.3.1 (PM1), 4.8.3.3 (timer) and 4.8.4.1 (general-purpose events). */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { acpiPmState } from './state.ts';

/** What the registers ask of the hardware. */
export interface AcpiPmFront {
  readonly state: StateOf<typeof acpiPmState>;
  readonly status: number;
  readonly timer: number;
  clearStatus(bits: number): void;
  setEnable(bits: number): void;
  setControl(value: number): void;
  clearEvents(bits: number): void;
  setEventEnable(bits: number): void;
}

/** Where each block lies, from the first port. */
export const PM_BLOCKS = { event: 0x00, control: 0x04, timer: 0x08, general: 0x20, size: 0x40 } as const;

// prettier-ignore
export const acpiPmRegisters = registers<AcpiPmFront>()({
  status:        { at: PM_BLOCKS.event, width: 2, doc: 'PM1_STS: bit 0 timer, 8 power button; ones written clear', effect: 'is not read before a narrow write',
                   read: (pm) => pm.status, write: (pm, bits) => pm.clearStatus(bits) },
  enable:        { at: PM_BLOCKS.event + 2, width: 2, doc: 'PM1_EN: which of them interrupt', holds: 'enable', write: (pm, bits) => pm.setEnable(bits) },
  control:       { at: PM_BLOCKS.control, width: 2, doc: 'PM1_CNT: bit 0 SCI_EN, 12:10 SLP_TYP, 13 SLP_EN', holds: 'control',
                   write: (pm, value) => pm.setControl(value) },
  timer:         { at: PM_BLOCKS.timer, doc: 'PM_TMR: 3.579545 MHz, 32 bits', read: (pm) => pm.timer },
  generalStatus: { at: PM_BLOCKS.general, width: 2, doc: 'GPE0_STS: events that happened; ones written clear', effect: 'is not read before a narrow write',
                   holds: 'eventStatus', write: (pm, bits) => pm.clearEvents(bits) },
  generalEnable: { at: PM_BLOCKS.general + 2, width: 2, doc: 'GPE0_EN: which of them interrupt', holds: 'eventEnable',
                   write: (pm, bits) => pm.setEventEnable(bits) },
});
