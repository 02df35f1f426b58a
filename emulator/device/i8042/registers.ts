/** Ports 60 and 64 of a PC's keyboard controller, as offsets from port 0x60. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { i8042State } from './state.ts';

/** What the registers ask of the controller. */
export interface I8042Front {
  readonly state: StateOf<typeof i8042State>;
  readonly status: number;
  takeOutput(): number;
  writeData(value: number): void;
  command(value: number): void;
}

// prettier-ignore
export const i8042Registers = registers<I8042Front>()({
  data:    { at: 0, width: 1, doc: 'output buffer; input buffer for data', effect: 'takes a byte',
             read: (controller) => controller.takeOutput(), write: (controller, value) => controller.writeData(value) },
  command: { at: 4, width: 1, doc: 'status: bit 0 output full, 2 system flag, 3 command, 4 not locked, 5 auxiliary; input buffer for commands',
             read: (controller) => controller.status, write: (controller, value) => controller.command(value) },
});
