/**
 * Reaching where there is no `/proc/self/fd`: by the whole path, of which each directory is looked at first and must be
 * what it was when the guest found it. Files that are opened are compared once more afterwards (`open-file.ts`).
 */
import { ShareError } from '../../emulator/share/errno.ts';
import type { Node } from '../../emulator/share/node-table.ts';
import { ROOT } from '../../emulator/share/tree.ts';
import { requireSame, statAt } from './host-paths.ts';
import type { Reach } from './reach.ts';

export class CheckedReach implements Reach {
  readonly root: string;

  constructor(folder: string) {
    this.root = folder;
  }

  directory(node: Node): string {
    if (node.id === ROOT) return this.root;
    const way = node.ways[0];
    if (!way) throw new ShareError('ESTALE');
    const path = `${this.directory(way.parent)}/${way.name}`;
    this.#require(node, path);
    return path;
  }

  #require(node: Node, path: string): void {
    try {
      requireSame(statAt(path), node);
    } catch (error) {
      throw (error as { readonly code?: string }).code === 'ENOENT' ? new ShareError('ESTALE') : error;
    }
  }

  withObject<T>(node: Node, path: string, act: (path: string) => T): T {
    this.#require(node, path);
    return act(path);
  }

  moved(): void {}
  close(): void {}
}
