/** State of a PC's real-time clock with its memory (Motorola MC146818A data sheet). */
import { bytes, schema, u64, u8 } from '../../snapshot/schema.ts';

export const MEMORY_BYTES = 128;

export const mc146818State = schema('mc146818', 1, {
  /** Port 70: the register that port 71 means; bit 7 masks NMI. */
  index: u8(),
  /** Nanoseconds between the machine's time and the Unix epoch; set from the wall clock, and by the guest. */
  offset: u64(),
  /** While register B stops the clock, the time at which it stands, in seconds of the epoch. */
  heldSeconds: u64(),
  controlA: u8(0x26),
  controlB: u8(0x02),
  /** Register C: what has happened since it was last read. */
  flags: u8(),
  /** Bytes of registers that are memory; those of the clock hold the alarm and what was written while it stands. */
  memory: bytes(MEMORY_BYTES),
  /** The second up to which alarms and updates, and the periodic beat up to which interrupts have been seen to. */
  seenSeconds: u64(),
  seenBeats: u64(),
});
