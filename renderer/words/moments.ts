/** Moments as the window's language writes them, in this computer's time zone; all are given in milliseconds since 1970. */
import { locale } from './language.ts';

/** `21 Nov 2026, 14:03:20`. */
export const dateTime = (at: number): string => new Date(at).toLocaleString(locale.value, { dateStyle: 'medium', timeStyle: 'medium' });

/** `14:03` or `14:03:20`. */
export const clockTime = (at: number, seconds: boolean): string =>
  new Date(at).toLocaleTimeString(locale.value, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(seconds ? { second: '2-digit' } : {}),
  });

/** `Sat, 21 Nov`, with the year where it is not this one. */
export function dayWords(at: number, now = Date.now()): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return date.toLocaleDateString(locale.value, { weekday: 'short', day: 'numeric', month: 'short', ...year });
}
