/** Ports of the interval timer (8254 data sheet, "Programming the 8254") and port 61. Offsets are from port 0x40. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import { COUNTERS, type i8254State } from './state.ts';

/** What the registers ask of the timer. */
export interface I8254Front {
  readonly state: StateOf<typeof i8254State>;
  readCounter(counter: number): number;
  writeCounter(counter: number, value: number): void;
  control(value: number): void;
  readGatePort(): number;
  writeGatePort(value: number): void;
}

// prettier-ignore
export const i8254Registers = registers<I8254Front>()({
  counter: { at: 0x00, width: 1, count: COUNTERS, doc: 'a byte of a count, or what was latched', effect: 'goes on to the next byte',
             read: (pit, counter) => pit.readCounter(counter), write: (pit, value, counter) => pit.writeCounter(counter, value) },
  control: { at: 0x03, width: 1, doc: 'mode and byte order of a counter; latch and read-back commands', write: (pit, value) => pit.control(value) },
  gate:    { at: 0x21, width: 1, doc: 'bit 0 gate of counter 2, 1 speaker, 4 refresh toggle, 5 output of counter 2',
             read: (pit) => pit.readGatePort(), write: (pit, value) => pit.writeGatePort(value) },
});
