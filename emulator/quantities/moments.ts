/**
 * Moments as people read them; all are given in milliseconds since 1970. Commands and messages write them the same way
 * everywhere, the window in its person's own way.
 */

const two = (value: number) => String(value).padStart(2, '0');

const dateOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** `14:03:12`, in this computer's time zone. */
export function timeText(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-21 14:03:12`, in this computer's time zone. */
export const momentText = (at: number): string => `${dateOf(new Date(at))} ${timeText(at)}`;

/** The time of today, `14:03`; date and time of another day, `2026-11-21 14:03`. In this computer's time zone. */
export function nearMomentText(at: number, now = Date.now()): string {
  const date = new Date(at);
  const time = timeText(at).slice(0, 5);
  return date.toDateString() === new Date(now).toDateString() ? time : `${dateOf(date)} ${time}`;
}

/** `2026-11-21 14:03:12`, in UTC. */
export const utcMomentText = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** `2026-11-21T140312`, in UTC: for names of files, as no file system minds it. */
export const fileMomentText = (at: number): string => new Date(at).toISOString().slice(0, 19).replaceAll(':', '');

/** `21 Nov 2026, 14:03:20`, in the person's own way of writing it. */
export const dateTime = (at: number): string => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** `14:03` or `14:03:20`. */
export const clockTime = (at: number, seconds: boolean): string =>
  new Date(at).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(seconds ? { second: '2-digit' } : {}),
  });

/** `Sat, 21 Nov`, with the year where it is not this one. */
export function dayWords(at: number, now = Date.now()): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return date.toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short', ...year });
}
