/**
 * The timeline as lines of text, oldest first. A chain goes straight down; what branches off it is drawn to its right
 * before it goes on, so the way to Now (or to the newest snapshot) is the leftmost.
 */
import type { Snapshot, Timeline } from '../../../preload/contract/snapshots.ts';

export interface TreeRow {
  /** What is drawn before the name, such as `│ ├─●`. */
  readonly lanes: string;
  /** Absent: Now. */
  readonly snapshot?: Snapshot;
  /** A root, but not the first. */
  readonly apart: boolean;
}

const NOW = Symbol('now');
type Node = string | typeof NOW;

function sign({ kind, state }: Snapshot): string {
  if (state === 'storing') return '◌';
  if (state === 'damaged') return '✗';
  return kind === 'automatic' ? '○' : '●';
}

/** Who came after whom, and which of several goes straight on. */
function shapeOf({ snapshots, present }: Timeline) {
  const known = new Map(snapshots.map((snapshot) => [snapshot.id as string, snapshot]));
  const children = new Map<Node | undefined, Node[]>();
  const add = (parent: string | null, node: Node) => {
    const key = parent !== null && known.has(parent) ? parent : undefined;
    const siblings = children.get(key);
    if (siblings) siblings.push(node);
    else children.set(key, [node]);
  };
  for (const { parent, id } of snapshots) add(parent, id);
  if (snapshots.length > 0) add(present.parent, NOW);

  const order: Node[] = [...(children.get(undefined) ?? [])];
  for (const node of order) order.push(...(children.get(node) ?? []));
  /** The newest snapshot in what follows from a node; Now is newer than everything. */
  const newest = new Map<Node, number>();
  for (const node of order.reverse()) {
    const own = node === NOW ? Infinity : (known.get(node)?.sequence ?? 0);
    newest.set(node, Math.max(own, ...(children.get(node) ?? []).map((child) => newest.get(child) ?? 0)));
  }
  const byAge = (a: Node, b: Node) => (newest.get(a) ?? 0) - (newest.get(b) ?? 0);
  return { known, after: (node: Node | undefined) => [...(children.get(node) ?? [])].sort(byAge) };
}

/** The rows in the order in which they are printed. */
export function treeRows(timeline: Timeline): readonly TreeRow[] {
  const { known, after } = shapeOf(timeline);
  const rows: TreeRow[] = [];
  const draw = (start: Node, first: string, rest: string, apart: boolean): void => {
    let node: Node | undefined = start;
    let lanes = first;
    while (node !== undefined) {
      const snapshot: Snapshot | undefined = node === NOW ? undefined : known.get(node);
      rows.push({ lanes: `${lanes}${snapshot ? sign(snapshot) : '*'}`, ...(snapshot ? { snapshot } : {}), apart: apart && node === start });
      lanes = rest;
      const next: readonly Node[] = after(node);
      for (const branch of next.slice(0, -1)) draw(branch, `${rest}├─`, `${rest}│ `, false);
      node = next.at(-1);
    }
  };
  after(undefined).forEach((root, index) => draw(root, '', '', index > 0));
  return rows;
}
