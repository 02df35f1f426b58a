/** Where the arrow keys lead on a timeline: along time in the branch, up and down between branches. */
import { NOW, type PlaceId } from './branches.ts';
import { nearestAlong, type PlacedNode, type TimelineLayout } from './timeline-layout.ts';

/** The child that goes on in the place's own lane, else the first that does not. */
function next(nodes: readonly PlacedNode[], node: PlacedNode): PlacedNode | undefined {
  const children = nodes.filter(({ parent }) => parent === node.id);
  return children.find(({ lane }) => lane === node.lane) ?? children[0];
}

/** The place a key leads to from another; nothing where the key means something else or there is none. */
export function placeForKey({ nodes }: TimelineLayout, from: PlaceId, key: string): PlaceId | undefined {
  const at = nodes.findIndex(({ id }) => id === from);
  const node = nodes[at] ?? nodes.at(-1);
  if (!node) return undefined;
  switch (key) {
    case 'ArrowLeft':
      // From a root on, time goes on in whatever was there before.
      return node.parent ?? nodes[at - 1]?.id;
    case 'ArrowRight':
      return next(nodes, node)?.id;
    case 'ArrowUp':
    case 'ArrowDown': {
      const step = key === 'ArrowUp' ? -1 : 1;
      const lanes = [...new Set(nodes.map(({ lane }) => lane))].sort((a, b) => a - b);
      const lane = lanes[lanes.indexOf(node.lane) + step];
      return nearestAlong(
        nodes.filter((other) => other.lane === lane),
        node.x,
      )?.id;
    }
    case 'Home':
      return nodes[0]?.id;
    case 'End':
      return NOW;
    default:
      return undefined;
  }
}

/** The whole branch through a place, oldest first: from its root to it, and on to where its line ends. */
export function branchThrough({ nodes }: TimelineLayout, place: PlaceId): readonly PlacedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const node = byId.get(place) ?? nodes.at(-1);
  const branch: PlacedNode[] = [];
  for (let before = node; before; before = before.parent === undefined ? undefined : byId.get(before.parent)) branch.unshift(before);
  const heirs = new Map<PlaceId, PlacedNode>();
  for (const one of nodes) {
    if (one.parent === undefined) continue;
    // The child in the parent's lane goes before one that leaves it.
    if (!heirs.has(one.parent) || one.lane === byId.get(one.parent)?.lane) heirs.set(one.parent, one);
  }
  for (let after = node && heirs.get(node.id); after; after = heirs.get(after.id)) branch.push(after);
  return branch;
}
