/** The drawing of a timeline as numbers: where every place and every line between two of them is, in CSS pixels. */
import type { Snapshot, Timeline } from '../../../preload/contract/snapshots.ts';
import { NOW, placesOf, type PlaceId } from './branches.ts';
import { axisPlaces, zoomToFit, type AxisEvent } from './time-axis.ts';

export const LANE_HEIGHT = 52;
/** Above the first lane: the days and the names. Below the last: the times. */
export const HEAD = 66;
export const FOOT = 56;
/** Left of the first place and right of Now, whose own label needs room. */
export const MARGIN = { left: 32, right: 56 } as const;
/** Names get this much of the axis; what is longer is cut, and whole in the card. */
const NAME_ROOM = 92;
/** Now stands apart from what was stored last. */
const NOW_LEAD = 56;
const CORNER = 12;

export interface PlacedNode {
  readonly id: PlaceId;
  readonly snapshot: Snapshot | undefined;
  readonly x: number;
  readonly y: number;
  readonly lane: number;
  readonly current: boolean;
  readonly parent: PlaceId | undefined;
  /** Width the name may take, 0 where it is not shown. */
  readonly nameWidth: number;
}
export interface PlacedLine {
  readonly id: PlaceId;
  readonly path: string;
  readonly current: boolean;
}
export interface TimelineLayout {
  readonly nodes: readonly PlacedNode[];
  readonly lines: readonly PlacedLine[];
  readonly events: readonly AxisEvent[];
  /** Places of `events`, margin included. */
  readonly xs: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly fit: number;
}

/** Whether a snapshot is drawn as a small tick: taken by the clock, and nobody has said that it matters. */
export const isTick = ({ kind, pinned, state }: Snapshot): boolean => kind === 'automatic' && !pinned && state !== 'damaged';

/** Along the axis from the parent, in its own lane at the end; the same commands for every line, so that it can move. */
function linePath(from: { readonly x: number; readonly y: number }, to: { readonly x: number; readonly y: number }): string {
  const drop = to.y - from.y;
  const corner = Math.min(CORNER, Math.abs(drop), Math.max(0, to.x - from.x));
  const bend = from.y + drop - Math.sign(drop) * corner;
  return `M${from.x} ${from.y}L${from.x} ${bend}Q${from.x} ${to.y} ${from.x + corner} ${to.y}L${to.x} ${to.y}`;
}

/**
 * Clocks are set back now and then: the order in which snapshots were taken holds, and time does not run backwards on the
 * axis. What lies ahead of something later was taken by a clock that was wrong, and is drawn with that.
 */
function risingMoments(moments: readonly number[]): readonly number[] {
  let next = Infinity;
  return moments
    .toReversed()
    .map((at) => (next = Math.min(next, at)))
    .toReversed();
}

/** @param now - the time at which Now is drawn, milliseconds since the epoch */
export function layOut(timeline: Timeline, now: number, width: number, zoom: number): TimelineLayout {
  const { snapshots, present } = timeline;
  const places = placesOf(snapshots, present);
  const moments = risingMoments(places.map((_, index) => snapshots[index]?.createdAt ?? now));
  const events = places.map(({ lane }, index): AxisEvent => {
    const snapshot = snapshots[index];
    const at = moments[index] as number;
    return snapshot ? { at, lane, room: isTick(snapshot) ? 0 : NAME_ROOM } : { at, lane, room: 1, lead: NOW_LEAD };
  });
  const room = Math.max(0, width - MARGIN.left - MARGIN.right);
  const xs = axisPlaces(events, room, zoom).map((x) => x + MARGIN.left);
  const y = (lane: number) => HEAD + lane * LANE_HEIGHT;
  const nameEnd = new Map<number, number>();
  const nodes = places
    .map(({ id, lane, current, parent }, index): PlacedNode => {
      const x = xs[index] as number;
      return {
        id,
        snapshot: snapshots[index],
        x,
        y: y(lane),
        lane,
        current,
        parent: parent < 0 ? undefined : (places[parent]?.id ?? undefined),
        nameWidth: 0,
      };
    })
    .reduceRight<PlacedNode[]>((later, node, index) => {
      const named = (events[index]?.room ?? 0) > 0;
      const end = nameEnd.get(node.lane) ?? node.x + 220;
      if (named) nameEnd.set(node.lane, node.x);
      later.push({ ...node, nameWidth: named && node.id !== NOW ? Math.max(0, Math.min(220, end - node.x - 6)) : 0 });
      return later;
    }, [])
    .reverse();
  const lines = nodes.flatMap((node, index): PlacedLine[] => {
    const parent = nodes[places[index]?.parent ?? -1];
    return parent ? [{ id: node.id, path: linePath(parent, node), current: node.current }] : [];
  });
  const lanes = Math.max(...places.map(({ lane }) => lane)) + 1;
  return {
    nodes,
    lines,
    events,
    xs,
    width: Math.max(width, (xs.at(-1) ?? 0) + MARGIN.right),
    height: HEAD + (lanes - 1) * LANE_HEIGHT + FOOT,
    fit: zoomToFit(events, room),
  };
}

/** The place a pointer means: the nearest one within reach, where its own lane counts most. */
export function nodeAt({ nodes }: TimelineLayout, x: number, y: number, reach = 24): PlacedNode | undefined {
  let [best, distance]: [PlacedNode | undefined, number] = [undefined, reach];
  for (const node of nodes) {
    if (Math.abs(node.y - y) > LANE_HEIGHT / 2) continue;
    const away = Math.abs(node.x - x);
    if (away <= distance) [best, distance] = [node, away];
  }
  return best;
}

/** The place of a list that is nearest along the axis. */
export function nearestAlong(nodes: readonly PlacedNode[], x: number): PlacedNode | undefined {
  return nodes.reduce<PlacedNode | undefined>(
    (best, node) => (best === undefined || Math.abs(node.x - x) < Math.abs(best.x - x) ? node : best),
    undefined,
  );
}
