/** Where a sparkline's points lie; the newest value is at the right edge, a minute ago at the left. */

/** A minute at one value a second. */
const COLUMNS = 60;

/**
 * `points` of an SVG polyline for values from oldest to newest, the highest one at the top. Where all are below
 * `least`, that is the top: what hardly moves must not look like hard work.
 */
export function sparkPoints(values: readonly number[], width: number, height: number, least = 1e-9): string {
  const shown = values.slice(-COLUMNS);
  const most = Math.max(least, ...shown);
  const step = width / (COLUMNS - 1);
  return shown
    .map((value, index) => {
      const x = width - (shown.length - 1 - index) * step;
      const y = height - 1 - (Math.max(0, value) / most) * (height - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
