/** A guest's own numbers (fids) for nodes and for what it has open there. */
import { ShareError } from '../errno.ts';
import type { ShareTree } from '../tree.ts';
import { FIDS_MAX, VALUES_MAX } from './types.ts';
import { settle, type Value } from './value.ts';

export interface Fid {
  /** It counts as one of the times that the guest was told of the node. */
  readonly node: number;
  readonly open?: { readonly handle: number; readonly isDirectory: boolean };
  /** Of one of the node's extended attributes. */
  readonly value?: Value;
}
/** As a snapshot keeps it. */
export type SavedFid = readonly [fid: number, node: number, handle: number | null, isDirectory: boolean];

export class Fids {
  readonly #all = new Map<number, Fid>();
  readonly #tree: ShareTree;
  /** Fids of values. */
  #values = 0;

  constructor(tree: ShareTree) {
    this.#tree = tree;
  }

  /** @throws ShareError EBADF */
  get(number: number): Fid {
    const fid = this.#all.get(number);
    if (!fid) throw new ShareError('EBADF');
    return fid;
  }
  /** What a fid has open. @throws ShareError EBADF for one that has not, or another kind */
  handle(number: number, isDirectory = false): number {
    const { open } = this.get(number);
    if (!open || open.isDirectory !== isDirectory) throw new ShareError('EBADF');
    return open.handle;
  }
  /** @throws ShareError EBADF where the number has a node, ENFILE for too many */
  requireFree(number: number): void {
    if (this.#all.has(number)) throw new ShareError('EBADF');
    if (this.#all.size >= FIDS_MAX) throw new ShareError('ENFILE');
  }
  /** @throws ShareError ENFILE for too many values at once */
  requireValueRoom(): void {
    if (this.#values >= VALUES_MAX) throw new ShareError('ENFILE');
  }
  /** Another node for a number, which is told once more often; what the number had is let go. */
  set(number: number, fid: Fid): void {
    const old = this.#all.get(number);
    this.#all.set(number, fid);
    if (fid.value) this.#values += 1;
    if (old) this.#letGo(old);
  }
  /** What a number's node has open. @throws ShareError EBADF where it has something already */
  opened(number: number, open: () => NonNullable<Fid['open']>): void {
    const fid = this.get(number);
    if (fid.open || fid.value) throw new ShareError('EBADF');
    this.#all.set(number, { ...fid, open: open() });
  }
  /** The number is free again, whatever comes of it. @throws ShareError EBADF */
  clunk(number: number): void {
    const fid = this.get(number);
    this.#all.delete(number);
    try {
      if (fid.value) settle(this.#tree, fid.node, fid.value);
    } finally {
      this.#letGo(fid);
    }
  }
  #letGo({ node, open, value }: Fid): void {
    if (value) this.#values -= 1;
    try {
      if (open?.isDirectory) this.#tree.releaseDirectory(open.handle);
      else if (open) this.#tree.release(open.handle);
    } finally {
      this.#tree.forget(node, 1);
    }
  }
  clear(): void {
    const all = [...this.#all.values()];
    this.#all.clear();
    for (const fid of all) this.#letGo(fid);
  }

  /** Without values: their fids are the node's again, and whoever reads or writes one begins anew. */
  get saved(): readonly SavedFid[] {
    return [...this.#all].map(([number, { node, open }]) => [number, node, open?.handle ?? null, open?.isDirectory ?? false]);
  }
  /** What is no saved fid of this program's is left out. */
  restore(saved: readonly SavedFid[]): void {
    const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
    for (const [number, node, handle, isDirectory] of saved.slice(0, FIDS_MAX)) {
      if (!isNumber(number) || !isNumber(node) || (handle !== null && !isNumber(handle))) continue;
      this.#all.set(number, { node, ...(handle === null ? {} : { open: { handle, isDirectory: isDirectory === true } }) });
    }
  }
}
