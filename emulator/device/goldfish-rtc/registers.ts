/** Registers of the goldfish RTC (Android's goldfish docs; Linux's drivers/rtc/rtc-goldfish.c speaks to them). */
import type { StateOf } from '../../snapshot/schema.ts';
import { registers } from '../kit/registers.ts';
import type { rtcState } from './state.ts';

/** What the registers ask of the clock. */
export interface RtcFront {
  readonly state: StateOf<typeof rtcState>;
  readTime(): number;
  setTime(low: number): void;
  setAlarm(low: number): void;
  clearAlarm(): void;
  setInterruptEnabled(value: number): void;
  clearInterrupt(): void;
}

// prettier-ignore
export const rtcRegisters = registers<RtcFront>()({
  timeLow:          { at: 0x00, doc: 'low half of nanoseconds since the epoch; latches the high half', effect: 'latches timeHigh',
                      read: (rtc) => rtc.readTime(), write: (rtc, low) => rtc.setTime(low) },
  timeHigh:         { at: 0x04, doc: 'high half of the latched time', read: (rtc) => rtc.state.latchedHigh, write: (rtc, high) => { rtc.state.writtenHigh = high; } },
  alarmLow:         { at: 0x08, doc: 'low half of the alarm time; writing starts the alarm',
                      read: (rtc) => Number(rtc.state.alarm & 0xffff_ffffn), write: (rtc, low) => rtc.setAlarm(low) },
  alarmHigh:        { at: 0x0c, doc: 'high half of the alarm time', holds: 'alarmHigh', writable: 0xffff_ffff },
  interruptEnabled: { at: 0x10, doc: 'bit 0 lets the alarm raise the line', holds: 'interruptEnabled', write: (rtc, value) => rtc.setInterruptEnabled(value) },
  clearAlarm:       { at: 0x14, doc: 'write stops the alarm', write: (rtc) => rtc.clearAlarm() },
  alarmStatus:      { at: 0x18, doc: '1 while the alarm runs', holds: 'alarmRunning' },
  clearInterrupt:   { at: 0x1c, doc: 'write lowers the line', write: (rtc) => rtc.clearInterrupt() },
});
