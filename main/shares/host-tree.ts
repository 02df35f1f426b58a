/** A folder of this computer's as a `ShareTree`: every call is one of the host's, made where no link can lead it astray. */
import { fchmodSync, fstatSync, ftruncateSync, readlinkSync, statfsSync } from 'node:fs';
import { errnoOf, ERRNO, ShareError } from '../../emulator/share/errno.ts';
import { byteString } from '../../emulator/share/names.ts';
import type { Node } from '../../emulator/share/node-table.ts';
import {
  ROOT,
  type Access,
  type Allocation,
  type Attributes,
  type Change,
  type Entry,
  type Found,
  type Place,
  type Range,
  type RenameWish,
  type ShareTree,
  type Space,
} from '../../emulator/share/tree.ts';
import { allocate, copyBytes } from './allocate.ts';
import { changeObject } from './change-object.ts';
import { HostNaming } from './host-naming.ts';
import { HostAttributes } from './extended-attributes.ts';
import { hostPath, requireSame } from './host-paths.ts';
import { HostPlaces, type Numbers } from './host-places.ts';
import { linuxCalls } from './linux-calls.ts';
import type { OpenHandle } from './open-handles.ts';
import { openFile } from './open-file.ts';
import type { Reach } from './reach.ts';
import { reachOf } from './reach-of.ts';
import { type SavedTree, savedTree, treeFrom } from './saved-tree.ts';
import { PERMISSIONS } from './attributes.ts';

export interface TreeOptions {
  readonly saved?: SavedTree | undefined;
  readonly numbers?: Numbers | undefined;
  readonly reach?: (folder: string) => Reach;
}

export class HostTree implements ShareTree {
  readonly #places: HostPlaces;
  readonly #naming: HostNaming;
  readonly extended: HostAttributes | undefined;

  /**
   * @param folder its real path, as a byte string
   * @param saved what a guest knows of it already
   * @param numbers of a tree that was there before: those that it gave are not given again
   * @throws what the host says of a folder that cannot be used
   */
  constructor(folder: string, isReadonly: boolean, { saved, numbers, reach = reachOf }: TreeOptions = {}) {
    this.#places = new HostPlaces(reach(folder), isReadonly, numbers);
    this.#naming = new HostNaming(this.#places);
    this.extended = HostAttributes.of(this.#places, linuxCalls);
    if (!saved) return;
    try {
      treeFrom(saved, {
        nodes: this.#places.nodeTable,
        handles: this.#places.handles,
        open: (node, access) => this.#openNode(node, access),
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What the guest knows of the folder and has open. */
  saved(): SavedTree {
    return savedTree(this.#places.nodeTable, this.#places.handles);
  }

  get numbers(): Numbers {
    return this.#places.numbers;
  }
  get nodes(): number {
    return this.#places.nodes;
  }
  /** Once or more often. */
  close(): void {
    this.#places.close();
  }

  lookup(parent: number, name: string): Found {
    return this.#places.look(this.#places.nodeTable.directory(parent), name);
  }
  forget(node: number, count: number): void {
    this.#places.nodeTable.forget(node, count);
  }

  refer(id: number): void {
    this.#places.nodeTable.get(id).lookups += 1;
  }
  way(id: number): { readonly parent: number; readonly name: string } {
    const node = this.#places.nodeTable.get(id);
    if (id === ROOT) throw new ShareError('EBUSY');
    this.#places.here(node);
    const [way] = node.ways;
    if (!way) throw new ShareError('ESTALE');
    return { parent: way.parent.id, name: way.name };
  }
  above(id: number): Found {
    const node = this.#places.nodeTable.get(id === ROOT ? ROOT : this.way(id).parent);
    return this.#places.told(node, this.#places.stats(node));
  }
  attributes(id: number): Attributes {
    return this.#places.attributes(this.#places.nodeTable.get(id));
  }

  change(id: number, change: Change): Attributes {
    this.#places.mayWrite();
    const node = this.#places.nodeTable.get(id);
    const { size, ...others } = change;
    if (size !== undefined) this.#truncate(node, size);
    changeObject(others, {
      kind: node.kind,
      stats: () => this.#places.stats(node),
      open: this.#places.handles.anyOf(node)?.fd,
      path: () => this.#places.here(node).path,
      itself: (path, act) => (node === this.#places.nodeTable.root ? act(path) : this.#places.reach.withObject(node, path, act)),
    });
    return this.#places.attributes(node);
  }
  #truncate(node: Node, size: number): void {
    const open = this.#places.handles.anyOf(node, true);
    if (open) return ftruncateSync(open.fd, size);
    const handle = this.#openNode(node, { read: false, write: true });
    try {
      ftruncateSync(handle.fd, size);
    } finally {
      handle.close();
    }
  }

  readlink(id: number): string {
    const node = this.#places.nodeTable.get(id);
    if (node.kind !== 'symlink') throw new ShareError('EINVAL');
    return byteString(readlinkSync(hostPath(this.#places.here(node).path), { encoding: 'buffer' }));
  }

  makeFile(parent: number, name: string, mode: number): Found {
    const { handle, ...found } = this.create(parent, name, mode, { read: true, write: true, truncate: false, exclusive: true });
    this.release(handle);
    return found;
  }

  makeDirectory(parent: number, name: string, mode: number): Found {
    return this.#naming.makeDirectory(parent, name, mode);
  }
  makeSymlink(parent: number, name: string, target: string): Found {
    return this.#naming.makeSymlink(parent, name, target);
  }
  link(node: number, parent: number, name: string): Found {
    return this.#naming.link(node, parent, name);
  }
  unlink(parent: number, name: string): void {
    this.#naming.unlink(parent, name);
  }
  removeDirectory(parent: number, name: string): void {
    this.#naming.removeDirectory(parent, name);
  }
  rename(from: number, name: string, to: number, newName: string, wish: RenameWish): void {
    this.#naming.rename(from, name, to, newName, wish);
  }

  #openNode(node: Node, access: { readonly read: boolean; readonly write: boolean }): OpenHandle {
    if (access.write) this.#places.mayWrite();
    if (node.kind !== 'file') throw new ShareError(node.kind === 'directory' ? 'EISDIR' : 'EACCES');
    const { fd, stats } = openFile(this.#places.here(node).path, access);
    const handle = this.#places.handles.held(node, fd, access);
    try {
      requireSame(stats, node);
      return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
  }
  open(id: number, access: Access): number {
    if (access.truncate) this.#places.mayWrite();
    const handle = this.#openNode(this.#places.nodeTable.get(id), { ...access, write: access.write || access.truncate });
    if (access.truncate) ftruncateSync(handle.fd);
    return this.#places.handles.add(handle);
  }
  create(
    parent: number,
    name: string,
    mode: number,
    access: Access & { readonly exclusive: boolean },
  ): Found & { readonly handle: number } {
    this.#places.mayWrite();
    const directory = this.#places.nodeTable.directory(parent);
    const path = this.#places.path(directory, name);
    let opened: ReturnType<typeof openFile>;
    try {
      opened = openFile(path, { ...access, make: 'exclusive' });
      fchmodSync(opened.fd, mode & PERMISSIONS);
    } catch (error) {
      if (access.exclusive || errnoOf(error) !== ERRNO.EEXIST) throw error;
      opened = openFile(path, access);
      if (access.truncate && access.write) ftruncateSync(opened.fd);
    }
    const found = this.#places.foundAt(directory, name, fstatSync(opened.fd, { bigint: true }));
    const handle = this.#places.handles.add(this.#places.handles.held(this.#places.nodeTable.get(found.node), opened.fd, access));
    return { ...found, handle };
  }
  read(handle: number, offset: number, into: Uint8Array): number {
    return this.#places.handles.file(handle).read(offset, into);
  }
  write(handle: number, offset: number, bytes: Uint8Array): number {
    this.#places.mayWrite();
    return this.#places.handles.file(handle).write(offset, bytes);
  }
  copy(from: Place, to: Place, length: number): number {
    this.#places.mayWrite();
    return copyBytes([this.#places.handles.file(from.handle), from.offset], [this.#places.handles.file(to.handle), to.offset], length);
  }
  allocate(handle: number, range: Range, wish: Allocation): void {
    this.#places.mayWrite();
    allocate(this.#places.handles.file(handle), range, wish);
  }
  sync(handle: number, onlyData: boolean): void {
    this.#places.handles.file(handle).sync(onlyData);
  }
  release(handle: number): void {
    this.#places.handles.release(handle);
  }

  openDirectory(id: number): number {
    const node = this.#places.nodeTable.directory(id);
    this.#places.here(node);
    return this.#places.handles.addDirectory(node);
  }
  entries(directory: number, fromBeginning: boolean): readonly Entry[] {
    return this.#places.handles.entries(directory, fromBeginning);
  }
  entry(directory: number, name: string): Found | undefined {
    try {
      return this.#places.look(this.#places.handles.directory(directory), name);
    } catch {
      return undefined;
    }
  }
  syncDirectory(directory: number): void {
    this.#places.handles.syncDirectory(directory);
  }
  releaseDirectory(directory: number): void {
    this.#places.handles.releaseDirectory(directory);
  }

  space(): Space {
    const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(hostPath(this.#places.reach.directory(this.#places.nodeTable.root)), {
      bigint: true,
    });
    return { blockBytes: Number(bsize), blocks, free: bfree, available: bavail, files, filesFree: ffree };
  }
}
