/** State of a PC's keyboard controller (IBM PC AT Technical Reference, section "Keyboard controller"). */
import { schema, u8 } from '../../snapshot/schema.ts';

export const i8042State = schema('i8042', 1, {
  /** The controller's command byte: interrupts, system flag, disabled ports, translation. */
  configuration: u8(0x74),
  /** A byte for the guest, whether there is one, and whether it comes from the auxiliary port. */
  output: u8(),
  outputFull: u8(),
  outputAuxiliary: u8(),
  /** The command whose data byte is to come; 0 if none. */
  pending: u8(),
  /** The last write was a command. */
  lastWasCommand: u8(),
  /** The output port: bit 0 is not reset, bit 1 is A20. */
  outputPort: u8(0x03),
});
