/** Time on the axis: the order holds, seconds and days can both be read, labels do not overlap. */
import { describe, expect, test } from 'vitest';
import { axisLabels, axisPlaces, dayBands, gapWidth, zoomToFit, type AxisEvent } from '../../../renderer/views/timeline/time-axis.ts';

const SECOND = 1000;
const DAY = 86_400_000;
const events = (...times: readonly number[]): AxisEvent[] => times.map((at) => ({ at, lane: 0, room: 0 }));
const words = {
  time: (at: number, seconds: boolean) => (seconds ? `00:00:${at / SECOND}` : `00:0${Math.floor(at / 60_000)}`),
  day: (at: number) => `day ${Math.floor(at / DAY)}`,
  span: (milliseconds: number) => `${Math.round(milliseconds / DAY)} days`,
};

describe('gaps', () => {
  test('grow with time, but a month is not a thousand times an hour', () => {
    const widths = [0, SECOND, 10 * SECOND, 60 * SECOND, 3600 * SECOND, DAY, 30 * DAY].map(gapWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths[0]).toBeGreaterThanOrEqual(6);
    expect((widths[6] as number) / (widths[4] as number)).toBeLessThan(2);
  });
  test('few events are spread over the width, many are not squeezed into it', () => {
    expect(axisPlaces(events(0, DAY), 200, 1)).toEqual([0, 200]);
    const many = axisPlaces(events(...Array.from({ length: 500 }, (_, at) => at * 10 * SECOND)), 800, 1);
    expect(many.at(-1)).toBeGreaterThan(5000);
    expect(many.every((place, at) => at === 0 || place > (many[at - 1] as number))).toBe(true);
  });
  test('names on one lane get their room, those on another do not need it', () => {
    const named = (lane: number, at: number): AxisEvent => ({ at, lane, room: 92 });
    const [first = 0, second = 0, third = 0] = axisPlaces([named(0, 0), named(1, 1000), named(0, 2000)], 0, 1);
    expect(second - first).toBeLessThan(20);
    expect(third - first).toBe(92);
  });
  test('an event may ask to stand apart from the one before it', () => {
    expect(axisPlaces([...events(0), { at: 1, lane: 0, room: 0, lead: 56 }], 0, 1)).toEqual([0, 56]);
  });
  test('the zoom that fits shows everything', () => {
    const many = events(...Array.from({ length: 500 }, (_, at) => at * 10 * SECOND));
    const zoom = zoomToFit(many, 700);
    expect(axisPlaces(many, 700, zoom).at(-1)).toBeCloseTo(700, 0);
    expect(zoomToFit(events(0, 1), 700)).toBe(1);
  });
});

describe('labels', () => {
  test('stand under events where there is room, with seconds in the same minute', () => {
    const times = [0, 20 * SECOND, 30 * SECOND, 61 * SECOND];
    expect(axisLabels(events(...times), [0, 70, 75, 140], words)).toEqual([
      { x: 0, text: '00:00', gap: false },
      { x: 70, text: '00:00:20', gap: false },
      { x: 140, text: '00:01', gap: false },
    ]);
  });
  test('a long gap is said where nothing else stands', () => {
    expect(axisLabels(events(0, 3 * DAY), [0, 200], words).filter(({ gap }) => gap)).toEqual([
      { x: 100, text: '··· 3 days ···', gap: true },
    ]);
    expect(axisLabels(events(0, 3 * DAY), [0, 60], words).some(({ gap }) => gap)).toBe(false);
  });
  test('a day lasts until halfway to the first event of the next one', () => {
    expect(dayBands(events(0, 1, DAY, DAY + 1, 4 * DAY), [0, 10, 30, 40, 60], words)).toEqual([
      { from: 0, to: 20, text: 'day 0' },
      { from: 20, to: 50, text: 'day 1' },
      { from: 50, to: 60, text: 'day 4' },
    ]);
  });
});
