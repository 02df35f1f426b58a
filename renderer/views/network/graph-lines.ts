/** Where the lines of the traffic graph lie: what was received above the middle, what was sent below, the newest at the right. */
import type { TrafficReport } from '../../../preload/contract/card-activity.ts';

export interface GraphBox {
  readonly width: number;
  readonly height: number;
}
/** Pieces of time that fill the width: two minutes of half seconds. */
export const PIECES = 239;
/** The lowest rate that may fill the height: what hardly moves must not look like hard work. */
const LEAST = 10_000;

/** The rate at the edge: 1, 2 or 5 and zeros, at least the highest. @param highest bits a second */
export function edgeRate(highest: number): number {
  const wanted = Math.max(LEAST, highest);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 5].find((digit) => digit * power >= wanted) ?? 10);
}

/** Bits a second in each piece of time, both ways. */
export function ratesOf({ history: { everyMs, toGuest, fromGuest } }: TrafficReport): {
  readonly received: readonly number[];
  readonly sent: readonly number[];
} {
  const rate = (bytes: number) => (bytes * 8000) / everyMs;
  return { received: toGuest.map(rate), sent: fromGuest.map(rate) };
}

/** The `d` of a filled SVG path between the middle and the values. @param direction -1: upwards, 1: downwards */
export function areaPath(values: readonly number[], edge: number, { width, height }: GraphBox, direction: -1 | 1): string {
  if (values.length < 2) return '';
  const middle = height / 2;
  const step = width / (PIECES - 1);
  const x = (index: number) => (width - (values.length - 1 - index) * step).toFixed(1);
  const y = (value: number) => (middle + direction * (Math.min(value, edge) / edge) * (middle - 1)).toFixed(1);
  const points = values.map((value, index) => `${x(index)},${y(value)}`).join('L');
  return `M${x(0)},${middle}L${points}L${x(values.length - 1)},${middle}Z`;
}

/** The value under a point, counted from the newest; undefined where there is none. */
export function pieceAt(x: number, { width }: GraphBox, count: number): number | undefined {
  const back = Math.round(((width - x) / width) * (PIECES - 1));
  return back >= 0 && back < count ? back : undefined;
}
