/** Names in a shared folder: what makes, links, renames and removes them. */
import { chmodSync, linkSync, mkdirSync, renameSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { errnoOf, ERRNO, ShareError } from '../../emulator/share/errno.ts';
import { TARGET_BYTES_MAX } from '../../emulator/share/names.ts';
import type { Node } from '../../emulator/share/node-table.ts';
import type { Found, RenameWish } from '../../emulator/share/tree.ts';
import { PERMISSIONS } from './attributes.ts';
import type { HostPlaces } from './host-places.ts';
import { hostPath, requireSame, statAt } from './host-paths.ts';
import { linuxCalls, RENAME } from './linux-calls.ts';

export class HostNaming {
  readonly #places: HostPlaces;

  constructor(places: HostPlaces) {
    this.#places = places;
  }

  makeDirectory(parent: number, name: string, mode: number): Found {
    this.#places.mayWrite();
    const directory = this.#places.nodeTable.directory(parent);
    const path = this.#places.path(directory, name);
    mkdirSync(hostPath(path), mode & PERMISSIONS);
    const stats = statAt(path);
    const found = this.#places.foundAt(directory, name, stats);
    if ((Number(stats.mode) & PERMISSIONS) === (mode & PERMISSIONS)) return found;
    // The host's umask took something away.
    const node = this.#places.nodeTable.get(found.node);
    this.#places.reach.withObject(node, path, (itself) => chmodSync(hostPath(itself), mode & PERMISSIONS));
    return { node: found.node, attributes: this.#places.attributes(node) };
  }
  makeSymlink(parent: number, name: string, target: string): Found {
    this.#places.mayWrite();
    if (target === '') throw new ShareError('ENOENT');
    if (target.length > TARGET_BYTES_MAX) throw new ShareError('ENAMETOOLONG');
    const directory = this.#places.nodeTable.directory(parent);
    const path = this.#places.path(directory, name);
    symlinkSync(hostPath(target), hostPath(path));
    return this.#places.foundAt(directory, name, statAt(path));
  }
  link(id: number, parent: number, name: string): Found {
    this.#places.mayWrite();
    const node = this.#places.nodeTable.get(id);
    if (node.kind !== 'file') throw new ShareError('EPERM');
    const directory = this.#places.nodeTable.directory(parent);
    const path = this.#places.path(directory, name);
    linkSync(hostPath(this.#places.here(node).path), hostPath(path));
    try {
      return this.#places.told(this.#places.nodeTable.found(directory, name, node.identity, node.kind), requireSame(statAt(path), node));
    } catch (error) {
      // Something else was under the old name by then.
      unlinkSync(hostPath(path));
      throw error;
    }
  }
  unlink(parent: number, name: string): void {
    this.#places.mayWrite();
    const directory = this.#places.nodeTable.directory(parent);
    unlinkSync(hostPath(this.#places.path(directory, name)));
    this.#places.nodeTable.dropName(directory, name);
  }
  removeDirectory(parent: number, name: string): void {
    this.#places.mayWrite();
    const directory = this.#places.nodeTable.directory(parent);
    rmdirSync(hostPath(this.#places.path(directory, name)));
    this.#forgetPlace(directory, name);
    this.#places.nodeTable.dropName(directory, name);
  }
  rename(from: number, name: string, to: number, newName: string, wish: RenameWish): void {
    this.#places.mayWrite();
    const [source, target] = [this.#places.nodeTable.directory(from), this.#places.nodeTable.directory(to)];
    const [old, fresh] = [this.#places.path(source, name), this.#places.path(target, newName)];
    if (wish === 'exchange') {
      if (!linuxCalls) throw new ShareError('EINVAL');
      linuxCalls.rename(old, fresh, RENAME.exchange);
      this.#forgetPlace(source, name);
      this.#forgetPlace(target, newName);
      return this.#places.nodeTable.exchanged(source, name, target, newName);
    }
    if (wish === 'replace') renameSync(hostPath(old), hostPath(fresh));
    else this.#renameBeside(old, fresh);
    this.#forgetPlace(target, newName);
    this.#places.nodeTable.moved(source, name, target, newName);
  }
  /** @throws ShareError EEXIST */
  #renameBeside(old: string, fresh: string): void {
    try {
      if (linuxCalls) return linuxCalls.rename(old, fresh, RENAME.noReplace);
    } catch (error) {
      // What a file system says that knows no conditions.
      if (errnoOf(error) !== ERRNO.EINVAL) throw error;
    }
    if (!this.#linked(old, fresh)) renameSync(hostPath(old), hostPath(fresh));
  }
  #forgetPlace(parent: Node, name: string): void {
    const node = parent.children.get(name);
    if (node) this.#places.reach.moved(node);
  }
  /**
   * Gives a file its new name where nothing has it. Without a call for it: a link never replaces, and for what
   * has none (directories, file systems without links) it is looked first.
   * @returns false where it still is to be renamed
   * @throws ShareError EEXIST
   */
  #linked(old: string, fresh: string): boolean {
    const isFile = statAt(old).isFile();
    if (!isFile) return this.#absent(fresh);
    try {
      linkSync(hostPath(old), hostPath(fresh));
    } catch (error) {
      if (errnoOf(error) === ERRNO.EEXIST) throw error;
      return this.#absent(fresh);
    }
    unlinkSync(hostPath(old));
    return true;
  }
  #absent(path: string): false {
    try {
      statAt(path);
    } catch (error) {
      if (errnoOf(error) === ERRNO.ENOENT) return false;
      throw error;
    }
    throw new ShareError('EEXIST');
  }
}
