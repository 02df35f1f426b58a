/** State of the fixed hardware of ACPI (specification 6.5, section 4.8.3). */
import { schema, u16, u64 } from '../../snapshot/schema.ts';

export const acpiPmState = schema('acpi-pm', 1, {
  /** PM1 status without the timer's bit, enable, and control. */
  status: u16(),
  enable: u16(),
  control: u16(1),
  /** What the timer counted when its status was last cleared. */
  timerSeen: u64(),
  /** General-purpose events: what happened, and what may interrupt. */
  eventStatus: u16(),
  eventEnable: u16(),
  /** Their inputs as the devices drive them. */
  eventInputs: u16(),
});
