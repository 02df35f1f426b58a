/** State of the goldfish real-time clock (Android's goldfish docs, GOLDFISH-VIRTUAL-HARDWARE, section "RTC"). */
import { schema, u32, u64 } from '../../snapshot/schema.ts';

export const rtcState = schema('goldfish-rtc', 1, {
  /** Nanoseconds between the machine's ticks and the Unix epoch; set from the wall clock, and by the guest. */
  offset: u64(),
  /** High half of the time at the last read of the low half. */
  latchedHigh: u32(),
  writtenHigh: u32(),
  /** Nanoseconds since the epoch at which the alarm fires. */
  alarm: u64(),
  alarmHigh: u32(),
  alarmRunning: u32(),
  interruptPending: u32(),
  interruptEnabled: u32(),
});
