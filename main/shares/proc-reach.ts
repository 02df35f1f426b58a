/**
 * Reaching on Linux: each directory is opened by its single name in the one above, without following a link, and named by
 * its descriptor from then on (`/proc/self/fd/N`). Whatever is renamed or replaced meanwhile, a call gets at what was opened.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { ShareError } from '../../emulator/share/errno.ts';
import type { Node } from '../../emulator/share/node-table.ts';
import { ROOT } from '../../emulator/share/tree.ts';
import { hostPath, requireSame, statAt } from './host-paths.ts';
import type { Reach } from './reach.ts';

/** Linux's O_PATH, which Node does not name: the object as a place, neither for reading nor writing. */
const O_PATH = 0o10_000_000;
const AS_PLACE = O_PATH | constants.O_NOFOLLOW;
/** Directories kept open. */
const KEPT = 256;
/** How long one counts as being where it was, in milliseconds; as long as guests may believe what they were told. */
const FRESH_MS = 1000;

interface Kept {
  readonly fd: number;
  checkedAt: number;
}

export class ProcReach implements Reach {
  readonly #root: number;
  /** In the order of use, the latest last. */
  readonly #kept = new Map<Node, Kept>();

  constructor(folder: string) {
    this.#root = openSync(hostPath(folder), O_PATH | constants.O_DIRECTORY);
  }

  get root(): string {
    return named(this.#root);
  }

  directory(node: Node): string {
    const way = node.ways[0];
    if (!way) {
      if (node.id === ROOT) return this.root;
      throw new ShareError('ESTALE');
    }
    const kept = this.#kept.get(node);
    const now = performance.now();
    if (kept && now - kept.checkedAt < FRESH_MS) return this.#used(node, kept);
    const path = `${this.directory(way.parent)}/${way.name}`;
    if (kept) {
      try {
        requireSame(statAt(path), node);
        kept.checkedAt = now;
        return this.#used(node, kept);
      } catch (error) {
        this.moved(node);
        throw gone(error);
      }
    }
    const opened = { fd: this.#open(node, path, AS_PLACE | constants.O_DIRECTORY), checkedAt: now };
    this.#kept.set(node, opened);
    if (this.#kept.size > KEPT) this.moved(this.#kept.keys().next().value as Node);
    return named(opened.fd);
  }

  #used(node: Node, kept: Kept): string {
    this.#kept.delete(node);
    this.#kept.set(node, kept);
    return named(kept.fd);
  }

  #open(node: Node, path: string, flags: number): number {
    let fd: number;
    try {
      fd = openSync(hostPath(path), flags);
    } catch (error) {
      throw gone(error);
    }
    try {
      requireSame(fstatSync(fd, { bigint: true }), node);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  withObject<T>(node: Node, path: string, act: (path: string) => T): T {
    const fd = this.#open(node, path, AS_PLACE);
    try {
      return act(named(fd));
    } finally {
      closeSync(fd);
    }
  }

  moved(node: Node): void {
    const kept = this.#kept.get(node);
    if (!kept) return;
    this.#kept.delete(node);
    closeSync(kept.fd);
  }

  close(): void {
    for (const { fd } of this.#kept.values()) closeSync(fd);
    this.#kept.clear();
    closeSync(this.#root);
  }
}

const named = (fd: number): string => `/proc/self/fd/${fd}`;

/** What was a directory here and is none now, or is not here, is not the node that was meant. */
function gone(error: unknown): unknown {
  const { code } = error as { readonly code?: string };
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' ? new ShareError('ESTALE') : error;
}
