/** Moments as the window's language writes them, in this computer's time zone; all are given in milliseconds since 1970. */
import { dateFormat } from './formats.ts';

/** `21 Nov 2026, 14:03:20`. */
export const dateTime = (at: number): string => dateFormat('whole', { dateStyle: 'medium', timeStyle: 'medium' }).format(at);

/** `14:03` or `14:03:20`. */
export const clockTime = (at: number, seconds: boolean): string =>
  dateFormat(seconds ? 'seconds' : 'minutes', {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(seconds ? { second: '2-digit' } : {}),
  }).format(at);

/** `Sat, 21 Nov`, with the year where it is not this one. */
export function dayWords(at: number, now = Date.now()): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? {} : ({ year: 'numeric' } as const);
  return dateFormat(isThisYear ? 'day' : 'day and year', { weekday: 'short', day: 'numeric', month: 'short', ...year }).format(at);
}
