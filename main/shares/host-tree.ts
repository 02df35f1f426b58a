/** A folder of this computer's as a `ShareTree`: every call is one of the host's, made where no link can lead it astray. */
import {
  type BigIntStats,
  chmodSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { errnoOf, ERRNO, ShareError } from '../../emulator/share/errno.ts';
import { byteString, TARGET_BYTES_MAX } from '../../emulator/share/names.ts';
import { NodeTable, type Node } from '../../emulator/share/node-table.ts';
import type { Access, Attributes, Change, Entry, Found, ShareTree, Space } from '../../emulator/share/tree.ts';
import { changeObject } from './change-object.ts';
import { hostPath, identityOf, kindOf, requireSame, statAt } from './host-paths.ts';
import { requireHostName } from './host-names.ts';
import { type OpenHandle, OpenHandles } from './open-handles.ts';
import { openFile } from './open-file.ts';
import type { Reach } from './reach.ts';
import { reachOf } from './reach-of.ts';
import { type SavedTree, savedTree, treeFrom } from './saved-tree.ts';
import { attributesOf, PERMISSIONS } from './attributes.ts';

/** Where something is now. */
interface Here {
  readonly path: string;
  readonly stats: BigIntStats;
}

const isLost = (error: unknown): boolean => [ERRNO.ENOENT, ERRNO.ENOTDIR, ERRNO.ESTALE].includes(errnoOf(error) as never);

export class HostTree implements ShareTree {
  readonly #reach: Reach;
  readonly #readonly: boolean;
  readonly #nodes: NodeTable;
  readonly #handles: OpenHandles;
  #isClosed = false;

  /**
   * @param folder its real path, as a byte string
   * @param saved what a guest knows of it already
   * @throws what the host says of a folder that cannot be used
   */
  constructor(folder: string, isReadonly: boolean, saved?: SavedTree, reach: (folder: string) => Reach = reachOf) {
    this.#reach = reach(folder);
    this.#readonly = isReadonly;
    try {
      this.#nodes = new NodeTable(identityOf(statSync(hostPath(this.#reach.root), { bigint: true })));
      this.#handles = new OpenHandles(this.#nodes, (node) => this.#reach.directory(node));
      if (saved) treeFrom(saved, { nodes: this.#nodes, handles: this.#handles, open: (node, access) => this.#openNode(node, access) });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get nodes(): number {
    return this.#nodes.size;
  }
  /** What the guest knows of the folder and has open. */
  saved(): SavedTree {
    return savedTree(this.#nodes, this.#handles);
  }
  /** Once or more often: a descriptor's number may be another's by then. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handles?.close();
    this.#reach.close();
  }

  #mayWrite(): void {
    if (this.#readonly) throw new ShareError('EROFS');
  }

  #path(parent: Node, name: string): string {
    return `${this.#reach.directory(parent)}/${requireHostName(name)}`;
  }

  /** Where a node is, by the first of its names that still leads to it. @throws ShareError ESTALE */
  #here(node: Node): Here {
    if (node === this.#nodes.root) {
      const path = this.#reach.directory(node);
      return { path, stats: requireSame(statSync(hostPath(path), { bigint: true }), node) };
    }
    for (const way of [...node.ways]) {
      try {
        const path = `${this.#reach.directory(way.parent)}/${way.name}`;
        return { path, stats: requireSame(statAt(path), node) };
      } catch (error) {
        if (!isLost(error)) throw error;
        this.#reach.moved(node);
        this.#nodes.dropWay(node, way);
      }
    }
    throw new ShareError('ESTALE');
  }

  #told(node: Node, stats: BigIntStats): Found {
    node.lookups += 1;
    return { node: node.id, attributes: attributesOf(stats, this.#nodes.root.identity.device) };
  }
  #foundAt(parent: Node, name: string, stats: BigIntStats): Found {
    return this.#told(this.#nodes.found(parent, name, identityOf(stats), kindOf(stats)), stats);
  }

  lookup(parent: number, name: string): Found {
    return this.#look(this.#nodes.directory(parent), name);
  }
  #look(parent: Node, name: string): Found {
    const path = this.#path(parent, name);
    try {
      return this.#foundAt(parent, name, statAt(path));
    } catch (error) {
      if (errnoOf(error) === ERRNO.ENOENT) this.#nodes.dropName(parent, name);
      throw error;
    }
  }
  forget(node: number, count: number): void {
    this.#nodes.forget(node, count);
  }

  /** Of a file that is open and has no name any more, by its descriptor. */
  #stats(node: Node): BigIntStats {
    try {
      return this.#here(node).stats;
    } catch (error) {
      const open = this.#handles.anyOf(node);
      if (!open || !isLost(error)) throw error;
      return fstatSync(open.fd, { bigint: true });
    }
  }
  #attributes(node: Node): Attributes {
    return attributesOf(this.#stats(node), this.#nodes.root.identity.device);
  }
  attributes(id: number): Attributes {
    return this.#attributes(this.#nodes.get(id));
  }

  change(id: number, change: Change): Attributes {
    this.#mayWrite();
    const node = this.#nodes.get(id);
    const { size, ...others } = change;
    if (size !== undefined) this.#truncate(node, size);
    changeObject(others, {
      kind: node.kind,
      stats: () => this.#stats(node),
      open: this.#handles.anyOf(node)?.fd,
      path: () => this.#here(node).path,
      itself: (path, act) => (node === this.#nodes.root ? act(path) : this.#reach.withObject(node, path, act)),
    });
    return this.#attributes(node);
  }
  #truncate(node: Node, size: number): void {
    const open = this.#handles.anyOf(node, true);
    if (open) return ftruncateSync(open.fd, size);
    const handle = this.#openNode(node, { read: false, write: true });
    try {
      ftruncateSync(handle.fd, size);
    } finally {
      handle.close();
    }
  }

  readlink(id: number): string {
    const node = this.#nodes.get(id);
    if (node.kind !== 'symlink') throw new ShareError('EINVAL');
    return byteString(readlinkSync(hostPath(this.#here(node).path), { encoding: 'buffer' }));
  }

  makeDirectory(parent: number, name: string, mode: number): Found {
    this.#mayWrite();
    const directory = this.#nodes.directory(parent);
    const path = this.#path(directory, name);
    mkdirSync(hostPath(path), mode & PERMISSIONS);
    const stats = statAt(path);
    const found = this.#foundAt(directory, name, stats);
    if ((Number(stats.mode) & PERMISSIONS) === (mode & PERMISSIONS)) return found;
    // The host's umask took something away.
    const node = this.#nodes.get(found.node);
    this.#reach.withObject(node, path, (itself) => chmodSync(hostPath(itself), mode & PERMISSIONS));
    return { node: found.node, attributes: this.#attributes(node) };
  }
  makeFile(parent: number, name: string, mode: number): Found {
    const { handle, ...found } = this.create(parent, name, mode, { read: true, write: true, truncate: false, exclusive: true });
    this.release(handle);
    return found;
  }
  makeSymlink(parent: number, name: string, target: string): Found {
    this.#mayWrite();
    if (target === '') throw new ShareError('ENOENT');
    if (target.length > TARGET_BYTES_MAX) throw new ShareError('ENAMETOOLONG');
    const directory = this.#nodes.directory(parent);
    const path = this.#path(directory, name);
    symlinkSync(hostPath(target), hostPath(path));
    return this.#foundAt(directory, name, statAt(path));
  }
  link(id: number, parent: number, name: string): Found {
    this.#mayWrite();
    const node = this.#nodes.get(id);
    if (node.kind !== 'file') throw new ShareError('EPERM');
    const directory = this.#nodes.directory(parent);
    const path = this.#path(directory, name);
    linkSync(hostPath(this.#here(node).path), hostPath(path));
    try {
      return this.#told(this.#nodes.found(directory, name, node.identity, node.kind), requireSame(statAt(path), node));
    } catch (error) {
      // Something else was under the old name by then.
      unlinkSync(hostPath(path));
      throw error;
    }
  }
  unlink(parent: number, name: string): void {
    this.#mayWrite();
    const directory = this.#nodes.directory(parent);
    unlinkSync(hostPath(this.#path(directory, name)));
    this.#nodes.dropName(directory, name);
  }
  removeDirectory(parent: number, name: string): void {
    this.#mayWrite();
    const directory = this.#nodes.directory(parent);
    rmdirSync(hostPath(this.#path(directory, name)));
    this.#forgetPlace(directory, name);
    this.#nodes.dropName(directory, name);
  }
  rename(from: number, name: string, to: number, newName: string, keep: boolean): void {
    this.#mayWrite();
    const [source, target] = [this.#nodes.directory(from), this.#nodes.directory(to)];
    const [old, fresh] = [this.#path(source, name), this.#path(target, newName)];
    if (keep && this.#exists(fresh)) throw new ShareError('EEXIST');
    renameSync(hostPath(old), hostPath(fresh));
    this.#forgetPlace(target, newName);
    this.#nodes.moved(source, name, target, newName);
  }
  #forgetPlace(parent: Node, name: string): void {
    const node = parent.children.get(name);
    if (node) this.#reach.moved(node);
  }
  #exists(path: string): boolean {
    try {
      statAt(path);
      return true;
    } catch (error) {
      if (errnoOf(error) === ERRNO.ENOENT) return false;
      throw error;
    }
  }

  #openNode(node: Node, access: { readonly read: boolean; readonly write: boolean }): OpenHandle {
    if (access.write) this.#mayWrite();
    if (node.kind !== 'file') throw new ShareError(node.kind === 'directory' ? 'EISDIR' : 'EACCES');
    const { fd, stats } = openFile(this.#here(node).path, access);
    const handle = this.#handles.held(node, fd, access);
    try {
      requireSame(stats, node);
      return handle;
    } catch (error) {
      handle.close();
      throw error;
    }
  }
  open(id: number, access: Access): number {
    if (access.truncate) this.#mayWrite();
    const handle = this.#openNode(this.#nodes.get(id), { ...access, write: access.write || access.truncate });
    if (access.truncate) ftruncateSync(handle.fd);
    return this.#handles.add(handle);
  }
  create(
    parent: number,
    name: string,
    mode: number,
    access: Access & { readonly exclusive: boolean },
  ): Found & { readonly handle: number } {
    this.#mayWrite();
    const directory = this.#nodes.directory(parent);
    const path = this.#path(directory, name);
    let opened: ReturnType<typeof openFile>;
    try {
      opened = openFile(path, { ...access, make: 'exclusive' });
      fchmodSync(opened.fd, mode & PERMISSIONS);
    } catch (error) {
      if (access.exclusive || errnoOf(error) !== ERRNO.EEXIST) throw error;
      opened = openFile(path, access);
      if (access.truncate && access.write) ftruncateSync(opened.fd);
    }
    const found = this.#foundAt(directory, name, fstatSync(opened.fd, { bigint: true }));
    const handle = this.#handles.add(this.#handles.held(this.#nodes.get(found.node), opened.fd, access));
    return { ...found, handle };
  }
  read(handle: number, offset: number, into: Uint8Array): number {
    return this.#handles.file(handle).read(offset, into);
  }
  write(handle: number, offset: number, bytes: Uint8Array): number {
    this.#mayWrite();
    return this.#handles.file(handle).write(offset, bytes);
  }
  sync(handle: number, onlyData: boolean): void {
    this.#handles.file(handle).sync(onlyData);
  }
  release(handle: number): void {
    this.#handles.release(handle);
  }

  openDirectory(id: number): number {
    const node = this.#nodes.directory(id);
    this.#here(node);
    return this.#handles.addDirectory(node);
  }
  entries(directory: number, fromBeginning: boolean): readonly Entry[] {
    return this.#handles.entries(directory, fromBeginning);
  }
  entry(directory: number, name: string): Found | undefined {
    try {
      return this.#look(this.#handles.directory(directory), name);
    } catch {
      return undefined;
    }
  }
  syncDirectory(directory: number): void {
    this.#handles.syncDirectory(directory);
  }
  releaseDirectory(directory: number): void {
    this.#handles.releaseDirectory(directory);
  }

  space(): Space {
    const { bsize, blocks, bfree, bavail, files, ffree } = statfsSync(hostPath(this.#reach.directory(this.#nodes.root)), { bigint: true });
    return { blockBytes: Number(bsize), blocks, free: bfree, available: bavail, files, filesFree: ffree };
  }
}
