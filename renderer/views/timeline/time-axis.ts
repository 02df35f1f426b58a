/**
 * Time as a place on the axis. Gaps grow with the logarithm of their length, so that checkpoints seconds apart and
 * snapshots days apart can be read on one line; what is left out is said in the gap.
 */

/** Width of a gap before zooming, in CSS pixels: a least one, and so much for every factor of ten over a second. */
const MIN_GAP = 6;
const PER_DECADE = 8;
export const gapWidth = (milliseconds: number): number => MIN_GAP + PER_DECADE * Math.log10(1 + Math.max(0, milliseconds) / 1000);

export interface AxisEvent {
  /** Milliseconds since the epoch; not before the one in front of it. */
  readonly at: number;
  readonly lane: number;
  /** Room its name takes after it on its lane, in CSS pixels; 0 for what has no name shown. */
  readonly room: number;
  /** The least distance from the event before it, in CSS pixels; it may be given up to look from further away. */
  readonly lead?: number;
}

/** Places in CSS pixels from 0 on, each event at or after the one before it. */
function natural(events: readonly AxisEvent[], zoom: number): number[] {
  const places: number[] = [];
  /** Where the name last shown on a lane ends. */
  const taken = new Map<number, number>();
  events.forEach(({ at, lane, room, lead = 0 }, index) => {
    const before = events[index - 1];
    const plain =
      before === undefined ? 0 : (places[index - 1] as number) + Math.max(gapWidth(at - before.at) * zoom, lead * Math.min(1, zoom));
    const place = room > 0 ? Math.max(plain, taken.get(lane) ?? 0) : plain;
    places.push(place);
    if (room > 0) taken.set(lane, place + room * Math.min(1, zoom));
  });
  return places;
}

/** @param width - what there is to fill, so that Now stands at the right edge; a longer axis is scrolled */
export function axisPlaces(events: readonly AxisEvent[], width: number, zoom: number): readonly number[] {
  const places = natural(events, zoom);
  const length = places.at(-1) ?? 0;
  const stretch = length > 0 ? Math.max(1, width / length) : 1;
  return places.map((place) => place * stretch);
}

/** The zoom at which everything is seen at once, at most 1. */
export function zoomToFit(events: readonly AxisEvent[], width: number): number {
  let [least, most] = [0.001, 1];
  if ((natural(events, most).at(-1) ?? 0) <= width) return most;
  for (let step = 0; step < 14; step++) {
    const middle = (least + most) / 2;
    if ((natural(events, middle).at(-1) ?? 0) <= width) least = middle;
    else most = middle;
  }
  return least;
}

export interface AxisLabel {
  readonly x: number;
  readonly text: string;
  /** A label of the empty time between two events, not of a moment. */
  readonly gap: boolean;
}
export interface DayBand {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
export interface AxisWords {
  /** The time of day; with seconds where the minute is the same as the last label's. */
  time(at: number, seconds: boolean): string;
  day(at: number): string;
  /** `3 days` */
  span(milliseconds: number): string;
}

/** Half of the room a label takes at 11 pixels. */
const halfWidth = (text: string): number => 8 + text.length * 3;
/** The shortest stretch of empty time that is worth saying. */
const SAID_GAP_MS = 10 * 60_000;

/** Times under events where there is room, and the lengths of long gaps between them. */
export function axisLabels(events: readonly Pick<AxisEvent, 'at'>[], places: readonly number[], words: AxisWords): readonly AxisLabel[] {
  const labels: AxisLabel[] = [];
  let end = -Infinity;
  let minute = -1;
  events.forEach(({ at }, index) => {
    const x = places[index] as number;
    // Words cost more than all the rest: those without room are not even made.
    if (x - halfWidth('') < end) return;
    const own = Math.floor(at / 60_000);
    const text = words.time(at, own === minute);
    if (x - halfWidth(text) < end) return;
    labels.push({ x, text, gap: false });
    minute = own;
    end = x + halfWidth(text);
  });
  const gaps = events.slice(1).flatMap(({ at }, index): AxisLabel[] => {
    const length = at - (events[index] as AxisEvent).at;
    if (length < SAID_GAP_MS) return [];
    const x = ((places[index] as number) + (places[index + 1] as number)) / 2;
    const text = `··· ${words.span(length)} ···`;
    const free = labels.every((label) => Math.abs(label.x - x) >= halfWidth(label.text) + halfWidth(text) - 8);
    return free ? [{ x, text, gap: true }] : [];
  });
  return [...labels, ...gaps].sort((a, b) => a.x - b.x);
}

/** Calendar days as stretches of the axis; a day begins halfway in the gap before its first event. */
export function dayBands(
  events: readonly Pick<AxisEvent, 'at'>[],
  places: readonly number[],
  words: Pick<AxisWords, 'day'>,
): readonly DayBand[] {
  const bands: DayBand[] = [];
  let day = NaN;
  events.forEach(({ at }, index) => {
    const x = places[index] as number;
    const open = bands.at(-1);
    const before = day;
    day = new Date(at).setHours(0, 0, 0, 0);
    if (open && day === before) bands[bands.length - 1] = { ...open, to: x };
    else {
      const from = index === 0 ? x : ((places[index - 1] as number) + x) / 2;
      if (open) bands[bands.length - 1] = { ...open, to: from };
      bands.push({ from, to: x, text: words.day(at) });
    }
  });
  return bands;
}
