/** Dates as the clock's registers hold them: MC146818A data sheet, "Time, calendar and alarm locations". */

/** Registers of the time by number, and the one in which PCs keep the century. */
export const TIME = { second: 0, minute: 2, hour: 4, weekday: 6, day: 7, month: 8, year: 9, century: 0x32 } as const;

/** Register B: how numbers are written. */
export interface Format {
  readonly binary: boolean;
  readonly hours24: boolean;
}

const PM = 0x80;
const written = (value: number, { binary }: Format): number => (binary ? value : ((Math.floor(value / 10) % 10) << 4) | (value % 10));
const read = (value: number, { binary }: Format): number => (binary ? value : (value >> 4) * 10 + (value & 15));

function writtenHour(hour: number, format: Format): number {
  if (format.hours24) return written(hour, format);
  return written(hour % 12 || 12, format) | (hour >= 12 ? PM : 0);
}
export function readHour(value: number, format: Format): number {
  if (format.hours24) return read(value, format);
  return (read(value & ~PM, format) % 12) + ((value & PM) !== 0 ? 12 : 0);
}

/** A register of the time, of so many seconds since the epoch; undefined for registers that are not of the time. */
export function timeRegister(register: number, seconds: number, format: Format): number | undefined {
  const date = new Date(seconds * 1000);
  if (register === TIME.second) return written(date.getUTCSeconds(), format);
  if (register === TIME.minute) return written(date.getUTCMinutes(), format);
  if (register === TIME.hour) return writtenHour(date.getUTCHours(), format);
  if (register === TIME.weekday) return written(date.getUTCDay() + 1, format);
  if (register === TIME.day) return written(date.getUTCDate(), format);
  if (register === TIME.month) return written(date.getUTCMonth() + 1, format);
  if (register === TIME.year) return written(date.getUTCFullYear() % 100, format);
  if (register === TIME.century) return written(Math.floor(date.getUTCFullYear() / 100), format);
  return undefined;
}

/** Seconds since the epoch of a whole set of registers. */
export function secondsOf(registers: (register: number) => number, format: Format): number {
  const at = (register: number) => read(registers(register), format);
  const year = at(TIME.century) * 100 + at(TIME.year);
  return Date.UTC(year, at(TIME.month) - 1, at(TIME.day), readHour(registers(TIME.hour), format), at(TIME.minute), at(TIME.second)) / 1000;
}
