/** State of a PC's interval timer (Intel 8254 data sheet) and of the port beside it that gates its third counter. */
import { bytes, schema, u32s, u64, u64s, u8 } from '../../snapshot/schema.ts';

export const COUNTERS = 3;

export const i8254State = schema('i8254', 1, {
  /** 0 to 5. */
  mode: bytes(COUNTERS),
  /** Which bytes of the count are read and written: 1 the low, 2 the high, 3 low and then high. */
  access: { ...bytes(COUNTERS), reset: 3 },
  bcd: bytes(COUNTERS),
  /** 1 to 65536; 0: none was written since the mode was set. */
  reload: u32s(COUNTERS),
  /** The tick at which the count began. */
  startedAt: u64s(COUNTERS),
  /** The low byte has been written or read, the high one is next. */
  writeHigh: bytes(COUNTERS),
  readHigh: bytes(COUNTERS),
  writtenLow: bytes(COUNTERS),
  /** What latch commands keep until it is read, and whether they do. */
  countLatched: bytes(COUNTERS),
  latchedCount: u32s(COUNTERS),
  statusLatched: bytes(COUNTERS),
  latchedStatus: bytes(COUNTERS),
  gate: { ...bytes(COUNTERS), reset: 1 },
  /** Bit 1 of port 61: the speaker hears counter 2. */
  speaker: u8(),
  /** The tick of the next interrupt; 0: none. */
  nextInterrupt: u64(),
});
