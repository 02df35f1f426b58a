/**
 * The region's control flow as a graph made reducible: reverse postorder, dominators (Cooper, Harvey and Kennedy, "A
 * Simple, Fast Dominance Algorithm"), loop headers and merge points. Edges that would make it irreducible are cut: the
 * jump they stand for then leaves the region.
 */
import type { Block, Region } from './region.ts';

export interface Graph {
  /** Blocks in reverse postorder; the entry first. */
  readonly order: readonly number[];
  /** Position of a block in `order`. */
  readonly position: ReadonlyMap<number, number>;
  /** Children in the dominator tree, by block. */
  readonly children: ReadonlyMap<number, readonly number[]>;
  readonly loopHeaders: ReadonlySet<number>;
  /** Blocks with more than one forward edge into them. */
  readonly merges: ReadonlySet<number>;
  /** Blocks of loops that have no other loop within. */
  readonly innermost: ReadonlySet<number>;
  /** Whether the edge is part of the graph, i.e. the target is a block of it and the edge was not cut. */
  has(from: number, to: number): boolean;
}

export function successors(block: Block, region: Region): readonly number[] {
  const { terminator } = block;
  const targets =
    terminator.kind === 'branch'
      ? [terminator.next, terminator.taken]
      : terminator.kind === 'next' || terminator.kind === 'jump' || terminator.kind === 'call'
        ? [terminator.target]
        : terminator.kind === 'indirect' && terminator.returns
          ? region.returnSites
          : [];
  return targets.filter((target) => region.blocks.has(target));
}

export function buildGraph(region: Region): Graph {
  const order = reversePostorder(region);
  const position = new Map(order.map((block, index) => [block, index]));
  const at = (block: number) => position.get(block) as number;
  const edges = order.flatMap((from) => successors(region.blocks.get(from) as Block, region).map((to) => ({ from, to })));
  const dominator = dominators(order, position, edges);
  const dominates = (a: number, b: number) => {
    let walker = at(b);
    while (walker > at(a)) walker = dominator[walker] as number;
    return walker === at(a);
  };
  const kept = new Set<string>();
  const loopHeaders = new Set<number>();
  const incoming = new Map<number, number>();
  for (const { from, to } of edges) {
    const key = `${from}>${to}`;
    if (kept.has(key)) {
      incoming.set(to, 2); // two edges between the same blocks (a branch to the next instruction)
      continue;
    }
    if (at(to) > at(from)) incoming.set(to, (incoming.get(to) ?? 0) + 1);
    else if (dominates(to, from)) loopHeaders.add(to);
    else continue;
    kept.add(key);
  }
  const children = new Map<number, number[]>();
  order.forEach((block, index) => {
    if (index === 0) return;
    const parent = order[dominator[index] as number] as number;
    children.set(parent, [...(children.get(parent) ?? []), block]);
  });
  const merges = new Set([...incoming].filter(([, count]) => count > 1).map(([block]) => block));
  const innermost = innermostLoops(
    edges.filter(({ from, to }) => kept.has(`${from}>${to}`)),
    at,
  );
  return { order, position, children, loopHeaders, merges, innermost, has: (from, to) => kept.has(`${from}>${to}`) };
}

/** The blocks of the natural loops that have no other loop within: what leads to an edge back to the loop's head. */
function innermostLoops(edges: readonly { from: number; to: number }[], at: (block: number) => number): Set<number> {
  const loops = new Map<number, Set<number>>();
  for (const { from: last, to: head } of edges.filter(({ from, to }) => at(to) <= at(from))) {
    const loop = loops.get(head) ?? new Set([head]);
    loops.set(head, loop.add(last));
    for (const block of loop) if (block !== head) for (const { from, to } of edges) if (to === block) loop.add(from);
  }
  const innermost = [...loops].filter(([head, loop]) => ![...loop].some((block) => block !== head && loops.has(block)));
  return new Set(innermost.flatMap(([, loop]) => [...loop]));
}

function reversePostorder(region: Region): number[] {
  const visited = new Set([0]);
  const postorder: number[] = [];
  const stack = [{ block: 0, rest: [...successors(region.blocks.get(0) as Block, region)] }];
  while (stack.length > 0) {
    const top = stack.at(-1) as { block: number; rest: number[] };
    const next = top.rest.pop();
    if (next === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!visited.has(next)) {
      visited.add(next);
      stack.push({ block: next, rest: [...successors(region.blocks.get(next) as Block, region)] });
    }
  }
  return postorder.toReversed();
}

/** Immediate dominators by position; the entry's is itself. */
function dominators(
  order: readonly number[],
  position: ReadonlyMap<number, number>,
  edges: readonly { from: number; to: number }[],
): number[] {
  const predecessors: number[][] = order.map(() => []);
  for (const { from, to } of edges) predecessors[position.get(to) as number]?.push(position.get(from) as number);
  const result: number[] = order.map((_, index) => (index === 0 ? 0 : -1));
  const intersect = (first: number, second: number) => {
    let a = first;
    let b = second;
    while (a !== b) {
      while (a > b) a = result[a] as number;
      while (b > a) b = result[b] as number;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let index = 1; index < order.length; index++) {
      let best = -1;
      for (const predecessor of predecessors[index] as number[]) {
        if (result[predecessor] === -1) continue;
        best = best === -1 ? predecessor : intersect(predecessor, best);
      }
      if (result[index] !== best) {
        result[index] = best;
        changed = true;
      }
    }
  }
  return result;
}
