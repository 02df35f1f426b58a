/**
 * The nodes that a guest knows: numbers for what was found under a name. What a number stands for is settled by the
 * host's identity of the file; names are ways to it, of which hard links have several and a deleted file none.
 */
import { ShareError } from './errno.ts';
import { ROOT, type NodeKind } from './tree.ts';

/** What the host knows a file by; a number that was used again for another file has another time of birth. */
export interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly born: bigint;
}

/** A way to a node: its name in a directory that is known. */
export interface Way {
  readonly parent: Node;
  readonly name: string;
}

export interface Node {
  readonly id: number;
  readonly kind: NodeKind;
  readonly identity: Identity;
  /** How often the guest was told of it and has not forgotten. */
  lookups: number;
  /** Files that are open; they keep it. */
  handles: ReadonlySet<number>;
  /** The newest first; none where it is gone. The root has none either. */
  ways: Way[];
  /** Of a directory: those of its entries that are known. */
  children: ReadonlyMap<string, Node>;
}

/** What most nodes have, of which a guest may know a hundred thousand: an empty set or map of their own takes 200 bytes. */
const NO_HANDLES: ReadonlySet<number> = new Set();
const NO_CHILDREN: ReadonlyMap<string, Node> = new Map();

function enter(parent: Node, name: string, node: Node): void {
  if (parent.children === NO_CHILDREN) parent.children = new Map();
  (parent.children as Map<string, Node>).set(name, node);
}
function leave(parent: Node, name: string, node: Node): void {
  if (parent.children.get(name) !== node) return;
  if (parent.children.size === 1) parent.children = NO_CHILDREN;
  else (parent.children as Map<string, Node>).delete(name);
}

/** More a guest cannot know at once; its kernel forgets some where one is refused. */
const NODES_MAX = 262_144;
/** Of a file with more hard links, the oldest ways are forgotten. */
const WAYS_MAX = 16;

export const isSame = (one: Identity, other: Identity): boolean =>
  one.inode === other.inode && one.device === other.device && one.born === other.born;
const keyOf = ({ device, inode, born }: Identity): string => `${device}:${inode}:${born}`;

export class NodeTable {
  readonly root: Node;
  readonly #byId = new Map<number, Node>();
  readonly #byIdentity = new Map<string, Node>();
  /** The number of the next node. */
  next = ROOT + 1;

  constructor(root: Identity) {
    this.root = this.#add(ROOT, root, 'directory');
    this.root.lookups = 1;
  }

  get size(): number {
    return this.#byId.size;
  }
  /** All, parents before what is in them where the ways are as they were found. */
  all(): Iterable<Node> {
    return this.#byId.values();
  }

  /** @throws ShareError ESTALE for a number that stands for nothing */
  get(id: number): Node {
    const node = this.#byId.get(id);
    if (!node) throw new ShareError('ESTALE');
    return node;
  }
  /** @throws ShareError ESTALE, ENOTDIR */
  directory(id: number): Node {
    const node = this.get(id);
    if (node.kind !== 'directory') throw new ShareError('ENOTDIR');
    return node;
  }

  /** The node that was found under a name: one that is known already, or a new one. Does not count. @throws ShareError ENFILE */
  found(parent: Node, name: string, identity: Identity, kind: NodeKind): Node {
    const known = this.#byIdentity.get(keyOf(identity));
    const node = known?.kind === kind ? known : this.#fresh(identity, kind);
    this.addWay(node, parent, name);
    return node;
  }
  #fresh(identity: Identity, kind: NodeKind): Node {
    if (this.#byId.size >= NODES_MAX) throw new ShareError('ENFILE');
    return this.#add(this.next++, identity, kind);
  }
  #add(id: number, identity: Identity, kind: NodeKind): Node {
    const node: Node = { id, kind, identity, lookups: 0, handles: NO_HANDLES, ways: [], children: NO_CHILDREN };
    this.#byId.set(id, node);
    this.#byIdentity.set(keyOf(identity), node);
    return node;
  }

  /** A node of a saved session, under its number. @throws ShareError EINVAL where the number is taken */
  restore(id: number, identity: Identity, kind: NodeKind): Node {
    if (!Number.isSafeInteger(id) || id <= ROOT || this.#byId.has(id) || this.#byId.size >= NODES_MAX) throw new ShareError('EINVAL');
    this.next = Math.max(this.next, id + 1);
    return this.#add(id, identity, kind);
  }

  addWay(node: Node, parent: Node, name: string): void {
    if (node === this.root || (node.ways[0]?.parent === parent && node.ways[0].name === name)) return;
    const former = parent.children.get(name);
    // A directory has one name only; where it is found under another, it was renamed on the host.
    const others = node.kind === 'directory' ? [] : node.ways.slice(0, WAYS_MAX - 1);
    const lost = node.ways.filter((way) => !others.includes(way));
    node.ways = [{ parent, name }, ...others.filter((way) => way.parent !== parent || way.name !== name)];
    enter(parent, name, node);
    for (const way of lost) {
      if (way.parent !== parent || way.name !== name) leave(way.parent, way.name, node);
      this.#tidy(way.parent);
    }
    if (!former || former === node) return;
    former.ways = former.ways.filter((way) => way.parent !== parent || way.name !== name);
    this.#tidy(former);
  }

  /** A way leads to the node no longer. */
  dropWay(node: Node, way: Way): void {
    node.ways = node.ways.filter((other) => other !== way);
    leave(way.parent, way.name, node);
    this.#tidy(way.parent);
  }
  /** Nothing has this name any more. */
  dropName(parent: Node, name: string): void {
    const node = parent.children.get(name);
    const way = node?.ways.find((each) => each.parent === parent && each.name === name);
    if (!node || !way) return;
    this.dropWay(node, way);
    this.#tidy(node);
  }
  /** What had a name has another; what had that has lost it. */
  moved(parent: Node, name: string, to: Node, newName: string): void {
    const node = parent.children.get(name);
    if (!node) return this.dropName(to, newName);
    const way = node.ways.find((each) => each.parent === parent && each.name === name);
    this.addWay(node, to, newName);
    if (way) this.dropWay(node, way);
  }

  /** Two names have each what the other had. */
  exchanged(parent: Node, name: string, other: Node, otherName: string): void {
    const [one, two] = [parent.children.get(name), other.children.get(otherName)];
    // Neither may be let go of on the way.
    for (const node of [one, two]) if (node) node.lookups += 1;
    this.dropName(parent, name);
    this.dropName(other, otherName);
    if (one) this.addWay(one, other, otherName);
    if (two) this.addWay(two, parent, name);
    for (const node of [one, two]) if (node) this.forget(node.id, 1);
  }

  forget(id: number, count: number): void {
    const node = this.#byId.get(id);
    if (!node || node === this.root) return;
    node.lookups = Math.max(0, node.lookups - count);
    this.#tidy(node);
  }
  held(node: Node, handle: number): void {
    if (node.handles === NO_HANDLES) node.handles = new Set();
    (node.handles as Set<number>).add(handle);
  }
  released(node: Node, handle: number): void {
    if (node.handles.has(handle) && node.handles.size === 1) node.handles = NO_HANDLES;
    else (node.handles as Set<number>).delete(handle);
    this.#tidy(node);
  }

  /** Lets a node go that nobody knows or needs, and directories that were kept for it. */
  #tidy(node: Node): void {
    for (let each: Node | undefined = node; each && this.#isIdle(each);) {
      this.#byId.delete(each.id);
      const key = keyOf(each.identity);
      if (this.#byIdentity.get(key) === each) this.#byIdentity.delete(key);
      const { ways }: Node = each;
      for (const { parent, name } of ways) leave(parent, name, each);
      each.ways = [];
      each = ways[0]?.parent;
      for (const { parent } of ways.slice(1)) this.#tidy(parent);
    }
  }
  #isIdle({ id, lookups, handles, children }: Node): boolean {
    return id !== ROOT && lookups === 0 && handles.size === 0 && children.size === 0 && this.#byId.has(id);
  }
}
