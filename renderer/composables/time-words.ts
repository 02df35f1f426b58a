/** Times as people say them: how long ago, on which day, how long it lasted. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { name: 'day', length: DAY },
  { name: 'hour', length: HOUR },
  { name: 'minute', length: MINUTE },
  { name: 'second', length: SECOND },
] as const;

/** A length of time in its largest unit: `3 days`, `1 hour`, `12 seconds`. */
export function spanWords(milliseconds: number): string {
  const unit = UNITS.find(({ length }) => milliseconds >= length) ?? UNITS[3];
  const count = Math.max(0, Math.round(milliseconds / unit.length));
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** `just now`, `12 minutes ago`; after the clock was set back, `3 days ahead of the clock`. */
export function agoWords(at: number, now: number): string {
  if (at - now > MINUTE) return `${spanWords(at - now)} ahead of the clock`;
  return now - at < 5 * SECOND ? 'just now' : `${spanWords(now - at)} ago`;
}

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
