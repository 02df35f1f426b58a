/** Where the nodes of a shared folder are on the host, and what a guest is told of them. */
import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { errnoOf, ERRNO, ShareError } from '../../emulator/share/errno.ts';
import { type Node, NodeTable } from '../../emulator/share/node-table.ts';
import type { Attributes, Found } from '../../emulator/share/tree.ts';
import { attributesOf } from './attributes.ts';
import { requireHostName } from './host-names.ts';
import { hostPath, identityOf, kindOf, requireSame, statAt } from './host-paths.ts';
import { OpenHandles } from './open-handles.ts';
import type { Reach } from './reach.ts';

/** Where something is now. */
interface Here {
  readonly path: string;
  readonly stats: BigIntStats;
}

const isLost = (error: unknown): boolean => [ERRNO.ENOENT, ERRNO.ENOTDIR, ERRNO.ESTALE].includes(errnoOf(error) as never);

/** The next numbers that a tree gives. */
export interface Numbers {
  readonly node: number;
  readonly handle: number;
}

export class HostPlaces {
  readonly reach: Reach;
  readonly nodeTable: NodeTable;
  readonly handles: OpenHandles;
  readonly #readonly: boolean;
  #isClosed = false;

  constructor(reach: Reach, isReadonly: boolean, numbers?: Numbers) {
    this.reach = reach;
    this.#readonly = isReadonly;
    try {
      this.nodeTable = new NodeTable(identityOf(statSync(hostPath(reach.root), { bigint: true })));
      this.handles = new OpenHandles(this.nodeTable, (node) => reach.directory(node));
    } catch (error) {
      this.close();
      throw error;
    }
    if (!numbers) return;
    this.nodeTable.next = numbers.node;
    this.handles.next = numbers.handle;
  }

  get numbers(): Numbers {
    return { node: this.nodeTable.next, handle: this.handles.next };
  }
  get nodes(): number {
    return this.nodeTable.size;
  }
  /** Once or more often: a descriptor's number may be another's by then. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.handles?.close();
    this.reach.close();
  }

  mayWrite(): void {
    if (this.#readonly) throw new ShareError('EROFS');
  }

  path(parent: Node, name: string): string {
    return `${this.reach.directory(parent)}/${requireHostName(name)}`;
  }

  /** Where a node is, by the first of its names that still leads to it. @throws ShareError ESTALE */
  here(node: Node): Here {
    if (node === this.nodeTable.root) {
      const path = this.reach.directory(node);
      return { path, stats: requireSame(statSync(hostPath(path), { bigint: true }), node) };
    }
    for (const way of [...node.ways]) {
      try {
        const path = `${this.reach.directory(way.parent)}/${way.name}`;
        return { path, stats: requireSame(statAt(path), node) };
      } catch (error) {
        if (!isLost(error)) throw error;
        this.reach.moved(node);
        this.nodeTable.dropWay(node, way);
      }
    }
    throw new ShareError('ESTALE');
  }

  told(node: Node, stats: BigIntStats): Found {
    node.lookups += 1;
    return { node: node.id, attributes: attributesOf(stats, this.nodeTable.root.identity.device) };
  }
  foundAt(parent: Node, name: string, stats: BigIntStats): Found {
    return this.told(this.nodeTable.found(parent, name, identityOf(stats), kindOf(stats)), stats);
  }

  look(parent: Node, name: string): Found {
    const path = this.path(parent, name);
    try {
      return this.foundAt(parent, name, statAt(path));
    } catch (error) {
      if (errnoOf(error) === ERRNO.ENOENT) this.nodeTable.dropName(parent, name);
      throw error;
    }
  }
  /** Of a file that is open and has no name any more, by its descriptor. */
  stats(node: Node): BigIntStats {
    try {
      return this.here(node).stats;
    } catch (error) {
      const open = this.handles.anyOf(node);
      if (!open || !isLost(error)) throw error;
      return fstatSync(open.fd, { bigint: true });
    }
  }
  attributes(node: Node): Attributes {
    return attributesOf(this.stats(node), this.nodeTable.root.identity.device);
  }
}
