/** The debug ports of Bochs (E9) and of QEMU's firmware (402), as offsets from port 0xE9. */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { debugConsoleState } from './state.ts';

/** What the registers ask of the device. */
export interface DebugConsoleFront {
  readonly state: StateOf<typeof debugConsoleState>;
  print(byte: number): void;
}

/** What a read gives, by which firmware knows that somebody listens. */
const PRESENT = 0xe9;
const port = (at: number, doc: string) => ({
  at,
  width: 1 as const,
  doc,
  read: () => PRESENT,
  write: (device: DebugConsoleFront, byte: number) => device.print(byte),
});

export const FIRMWARE_AT = 0x402 - 0xe9;
export const debugConsoleRegisters = registers<DebugConsoleFront>()({
  bochs: port(0, 'a byte of text; reads E9'),
  firmware: port(FIRMWARE_AT, 'the same for firmware'),
});
