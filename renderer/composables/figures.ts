/** Numbers as people read them: sizes in binary units, times as clocks, rates with the digits that matter. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1536` is `1.5 KiB`. Binary units, at most three digits that matter. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit === 0 && bytes === 1 ? 'byte' : UNITS[unit]}`;
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Millions of instructions a second: `0.4`, `12`, `1,240`. */
export function formatMips(mips: number): string {
  return mips > 0 && mips < 10 ? mips.toFixed(1) : Math.round(mips).toLocaleString('en-US');
}

/** A count with a word for its size: `812`, `4.2 million`, `1.3 billion`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} billion`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} million`;
  return Math.round(count).toLocaleString('en-US');
}

/** A share from 0 to 1 as whole percent; never `100 %` for less than all of it. */
export function formatShare(share: number): string {
  const percent = share >= 1 ? 100 : Math.min(99, Math.round(share * 100));
  return `${percent} %`;
}

/** What is left of a transfer at its present speed; empty where that is not known. */
export function formatRemaining(done: number, total: number | undefined, perSecond: number | undefined): string {
  if (total === undefined || !perSecond || perSecond <= 0) return '';
  return `${formatDuration((total - done) / perSecond)} left`;
}
