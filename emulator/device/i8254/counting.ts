/** How a counter of the 8254 counts, as arithmetic: data sheet, "Mode definitions". */

/** Hertz: a third of the colour subcarrier's fourth part, as in every PC since 1981. */
export const PIT_HZ = 1_193_182;
const SECOND = 1_000_000_000;

/** Ticks that have passed at a time, and the first nanosecond at which so many have. */
export function ticksAt(nanoseconds: number): number {
  const seconds = Math.floor(nanoseconds / SECOND);
  return seconds * PIT_HZ + Math.floor(((nanoseconds - seconds * SECOND) * PIT_HZ) / SECOND);
}
export function nanosecondsAt(ticks: number): number {
  const seconds = Math.floor(ticks / PIT_HZ);
  return seconds * SECOND + Math.ceil(((ticks - seconds * PIT_HZ) * SECOND) / PIT_HZ);
}

export interface Counting {
  readonly mode: number;
  readonly reload: number;
  /** Ticks since it began. */
  readonly elapsed: number;
}

export const isPeriodic = (mode: number): boolean => mode === 2 || mode === 3;

/** What the counting element holds. */
export function countOf({ mode, reload, elapsed }: Counting): number {
  if (reload === 0) return 0;
  if (mode === 2) return reload - (elapsed % reload);
  if (mode === 3) return (reload - ((2 * elapsed) % reload)) & ~1;
  return (reload - elapsed) & 0xffff;
}

/** The level of OUT. Counters that nothing has triggered are high, but for mode 0. */
export function outputOf({ mode, reload, elapsed }: Counting): boolean {
  if (reload === 0) return mode !== 0;
  if (mode === 2) return elapsed % reload !== reload - 1;
  if (mode === 3) return elapsed % reload < Math.ceil(reload / 2);
  if (mode === 4 || mode === 5) return elapsed !== reload;
  return elapsed >= reload;
}

/** Binary coded decimal, as four digits. */
export const toBcd = (value: number): number =>
  [1, 10, 100, 1000].reduce((digits, power, place) => digits | ((Math.floor(value / power) % 10) << (4 * place)), 0);
export const fromBcd = (digits: number): number =>
  [1, 10, 100, 1000].reduce((value, power, place) => value + ((digits >> (4 * place)) & 15) * power, 0);
