/** One of several folders behind a device: the folder's own tree under the numbers of its slot. */
import { ShareError } from '../errno.ts';
import {
  type Access,
  type Allocation,
  type Attributes,
  type Change,
  type Entry,
  type Found,
  type Place,
  type ExtendedAttributes,
  type Range,
  type RenameWish,
  ROOT,
  type ShareTree,
  type Space,
} from '../tree.ts';
import { nodeIn, numberIn } from './numbers.ts';

export class SlotTree implements ShareTree {
  readonly #tree: ShareTree;
  readonly #slot: number;

  constructor(tree: ShareTree, slot: number) {
    this.#tree = tree;
    this.#slot = slot;
  }

  #node(number: number): number {
    return nodeIn(this.#slot, number);
  }
  /** Another folder is another file system, and so is the root of all. */
  #beside(number: number): number {
    return nodeIn(this.#slot, number, 'EXDEV');
  }
  #told<F extends Found>(found: F): F {
    return { ...found, node: numberIn(this.#slot, found.node) };
  }

  /** A kernel that is told once that there are none asks no other folder of the device for them. */
  get extended(): ExtendedAttributes {
    const own = this.#tree.extended;
    const here = (): ExtendedAttributes => {
      if (!own) throw new ShareError('EOPNOTSUPP');
      return own;
    };
    return {
      get: (node, name) => here().get(this.#node(node), name),
      set: (node, name, value, wish) => here().set(this.#node(node), name, value, wish),
      names: (node) => here().names(this.#node(node)),
      remove: (node, name) => here().remove(this.#node(node), name),
    };
  }

  /** In the root of all, which sends here who asks for this folder's name, it is the folder itself. */
  lookup(parent: number, name: string): Found {
    if (parent === ROOT) return this.#told({ node: ROOT, attributes: this.#tree.attributes(ROOT) });
    return this.#told(this.#tree.lookup(this.#node(parent), name));
  }
  forget(node: number, count: number): void {
    this.#tree.forget(this.#node(node), count);
  }
  refer(node: number): void {
    this.#tree.refer(this.#node(node));
  }
  way(node: number) {
    const { parent, name } = this.#tree.way(this.#node(node));
    return { parent: numberIn(this.#slot, parent), name };
  }
  above(node: number): Found {
    return this.#told(this.#tree.above(this.#node(node)));
  }
  attributes(node: number): Attributes {
    return this.#tree.attributes(this.#node(node));
  }
  change(node: number, change: Change): Attributes {
    return this.#tree.change(this.#node(node), change);
  }
  readlink(node: number): string {
    return this.#tree.readlink(this.#node(node));
  }

  makeDirectory(parent: number, name: string, mode: number): Found {
    return this.#told(this.#tree.makeDirectory(this.#node(parent), name, mode));
  }
  makeFile(parent: number, name: string, mode: number): Found {
    return this.#told(this.#tree.makeFile(this.#node(parent), name, mode));
  }
  makeSymlink(parent: number, name: string, target: string): Found {
    return this.#told(this.#tree.makeSymlink(this.#node(parent), name, target));
  }
  link(node: number, parent: number, name: string): Found {
    return this.#told(this.#tree.link(this.#beside(node), this.#node(parent), name));
  }
  unlink(parent: number, name: string): void {
    this.#tree.unlink(this.#node(parent), name);
  }
  removeDirectory(parent: number, name: string): void {
    this.#tree.removeDirectory(this.#node(parent), name);
  }
  rename(from: number, name: string, to: number, newName: string, wish: RenameWish): void {
    this.#tree.rename(this.#node(from), name, this.#beside(to), newName, wish);
  }

  open(node: number, access: Access): number {
    return this.#tree.open(this.#node(node), access);
  }
  create(parent: number, name: string, mode: number, access: Access & { readonly exclusive: boolean }) {
    return this.#told(this.#tree.create(this.#node(parent), name, mode, access));
  }
  read(handle: number, offset: number, into: Uint8Array): number {
    return this.#tree.read(handle, offset, into);
  }
  write(handle: number, offset: number, bytes: Uint8Array): number {
    return this.#tree.write(handle, offset, bytes);
  }
  copy(from: Place, to: Place, length: number): number {
    return this.#tree.copy(from, to, length);
  }
  allocate(handle: number, range: Range, wish: Allocation): void {
    this.#tree.allocate(handle, range, wish);
  }
  sync(handle: number, onlyData: boolean): void {
    this.#tree.sync(handle, onlyData);
  }
  release(handle: number): void {
    this.#tree.release(handle);
  }

  /** For messages that name another node beside the one that they go to. @throws ShareError EXDEV for one of another folder's */
  requireBeside(node: number): void {
    this.#beside(node);
  }

  openDirectory(node: number): number {
    return this.#tree.openDirectory(this.#node(node));
  }
  entries(directory: number, fromBeginning: boolean): readonly Entry[] {
    return this.#tree.entries(directory, fromBeginning);
  }
  entry(directory: number, name: string): Found | undefined {
    const found = this.#tree.entry(directory, name);
    return found && this.#told(found);
  }
  syncDirectory(directory: number): void {
    this.#tree.syncDirectory(directory);
  }
  releaseDirectory(directory: number): void {
    this.#tree.releaseDirectory(directory);
  }
  space(): Space {
    return this.#tree.space();
  }
}
