/** Ports 70 and 71 of a PC's real-time clock (MC146818A data sheet; 82371AB, section 4.1.11). */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { mc146818State } from './state.ts';

/** What the registers ask of the clock. */
export interface Mc146818Front {
  readonly state: StateOf<typeof mc146818State>;
  readData(): number;
  writeData(value: number): void;
}

// prettier-ignore
export const mc146818Registers = registers<Mc146818Front>()({
  index: { at: 0, width: 1, doc: 'bits 6:0 choose the register behind the next port, bit 7 masks NMI', holds: 'index', writable: 0xff },
  data:  { at: 1, width: 1, doc: 'the register chosen: time, alarm, control or memory', effect: 'clears the flags when register C is read',
           read: (rtc) => rtc.readData(), write: (rtc, value) => rtc.writeData(value) },
});
