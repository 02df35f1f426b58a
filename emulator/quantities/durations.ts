/** Lengths of time as people read them. */

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

const two = (value: number) => String(Math.floor(value)).padStart(2, '0');

/** Seconds as a clock shows them: `0:07`, `12:34` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Milliseconds with their units: `4.2 s`, `3 min 07 s`, `2 h 15 min`, `3 d 04 h`. */
export function durationText(milliseconds: number): string {
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const rounded = Math.round(milliseconds / SECOND) * SECOND;
  if (rounded < HOUR) return `${Math.floor(rounded / MINUTE)} min ${two((rounded % MINUTE) / SECOND)} s`;
  if (rounded < DAY) return `${Math.floor(rounded / HOUR)} h ${two((rounded % HOUR) / MINUTE)} min`;
  return `${Math.floor(rounded / DAY)} d ${two((rounded % DAY) / HOUR)} h`;
}

/** Milliseconds in their largest unit: `3 days`, `1 hour`, `12 seconds`. */
export function spanWords(milliseconds: number): string {
  const unit = UNITS.find(({ length }) => milliseconds >= length) ?? UNITS[3];
  const count = Math.max(0, Math.round(milliseconds / unit.length));
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** `just now`, `12 minutes ago`; after the clock was set back, `3 days in the future`. */
export function agoWords(at: number, now: number): string {
  if (at - now > MINUTE) return `${spanWords(at - now)} in the future`;
  return now - at < 5 * SECOND ? 'just now' : `${spanWords(now - at)} ago`;
}

/** What is left of a transfer at its present speed; empty where that is not known. */
export function formatRemaining(done: number, total: number | undefined, perSecond: number | undefined): string {
  if (total === undefined || !perSecond || perSecond <= 0) return '';
  return `${formatDuration((total - done) / perSecond)} left`;
}
