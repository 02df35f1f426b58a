/** How far a console had got at a time, by the notes of times that are kept with what it printed. */
import { marksOf, type Mark, type Parts, type Place } from './parts.ts';

/** What is printed within so many milliseconds of a note has none of its own. */
const SPAN_MS = 1000;

/**
 * @param times in milliseconds since the epoch
 * @returns a position for each: what was printed before it was printed before that time. Where a second's output has one
 *   note, all of it counts as printed after a time within that second
 */
export const positionsAt = (parts: Parts, place: Place, times: readonly number[]): Promise<number[]> =>
  Promise.all(times.map((time) => positionAt(parts, place, time)));

async function positionAt({ database }: Parts, { machine, console }: Place, time: number): Promise<number> {
  const timed = (latest: number, order: 'ASC' | 'DESC') =>
    database.get(
      `SELECT position, length, marks FROM parts WHERE machine = ? AND console = ?
       AND EXISTS (SELECT 1 FROM json_each(marks) WHERE json_extract(value, '$[1]') BETWEEN 1 AND ?) ORDER BY position ${order} LIMIT 1`,
      ...[machine, console, latest],
    );
  const row = await timed(time, 'DESC');
  if (row) {
    const marks = marksOf(row);
    const last = marks.findLastIndex(([, at]) => at > 0 && at <= time);
    const [at, since] = marks[last] as Mark;
    const next = marks[last + 1]?.[0] ?? Number(row['length']);
    return Number(row['position']) + (time - since >= SPAN_MS ? next : at);
  }
  // What has no time was printed before anybody noted times.
  const first = await timed(Number.MAX_SAFE_INTEGER, 'ASC');
  if (first) return Number(first['position']) + (marksOf(first).find(([, at]) => at > 0)?.[0] ?? 0);
  const all = await database.get(
    'SELECT max(position + length) AS end FROM parts WHERE machine = ? AND console = ?',
    ...[machine, console],
  );
  return Number(all?.['end'] ?? 0);
}
