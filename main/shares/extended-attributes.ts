/** Extended attributes of what is in a shared folder: those that belong to users, of files and directories. */
import { ERRNO, errnoOf, ShareError } from '../../emulator/share/errno.ts';
import { byteString } from '../../emulator/share/names.ts';
import type { Node } from '../../emulator/share/node-table.ts';
import { type AttributeWish, type ExtendedAttributes, VALUE_BYTES_MAX } from '../../emulator/share/tree.ts';
import type { HostPlaces } from './host-places.ts';
import { ATTRIBUTE, type LinuxCalls } from './linux-calls.ts';

/** All others are the host's own (xattr(7)): its security modules', its access lists, its administrator's. */
const USERS = 'user.';
const NAME_BYTES_MAX = 255;
const FLAGS: Readonly<Record<AttributeWish, number>> = { any: 0, new: ATTRIBUTE.create, there: ATTRIBUTE.replace };

export class HostAttributes implements ExtendedAttributes {
  readonly #places: HostPlaces;
  readonly #calls: LinuxCalls;

  private constructor(places: HostPlaces, calls: LinuxCalls) {
    this.#places = places;
    this.#calls = calls;
  }
  /** @returns undefined where the folder's file system has none, or this host no calls for them */
  static of(places: HostPlaces, calls: LinuxCalls | undefined): HostAttributes | undefined {
    try {
      if (!calls) return undefined;
      calls.listAttributes(places.reach.root, new Uint8Array(0));
      calls.getAttribute(places.reach.root, `${USERS}vivarium`, new Uint8Array(0));
    } catch (error) {
      if (errnoOf(error) !== ERRNO.ENODATA) return undefined;
    }
    return calls && new HostAttributes(places, calls);
  }

  get(node: number, name: string): Uint8Array<ArrayBuffer> {
    const users = usersName(name);
    const value = new Uint8Array(VALUE_BYTES_MAX);
    return this.#with(node, (path) => value.slice(0, this.#calls.getAttribute(path, users, value)));
  }
  set(node: number, name: string, value: Uint8Array, wish: AttributeWish): void {
    this.#places.mayWrite();
    const users = usersName(name);
    if (value.length > VALUE_BYTES_MAX) throw new ShareError('E2BIG');
    this.#with(node, (path) => this.#calls.setAttribute(path, users, value, FLAGS[wish]));
  }
  names(node: number): readonly string[] {
    const list = new Uint8Array(VALUE_BYTES_MAX);
    const length = this.#with(node, (path) => this.#calls.listAttributes(path, list));
    return byteString(list.subarray(0, length))
      .split('\0')
      .filter((name) => name.startsWith(USERS));
  }
  remove(node: number, name: string): void {
    this.#places.mayWrite();
    const users = usersName(name);
    this.#with(node, (path) => this.#calls.removeAttribute(path, users));
  }

  #with<T>(id: number, act: (path: string) => T): T {
    const node: Node = this.#places.nodeTable.get(id);
    // Of a link or a device the host has none, and asking could follow or open it.
    if (node.kind !== 'file' && node.kind !== 'directory') throw new ShareError('EOPNOTSUPP');
    const open = this.#places.handles.anyOf(node);
    if (open) return act(`/proc/self/fd/${open.fd}`);
    const { path } = this.#places.here(node);
    return node === this.#places.nodeTable.root ? act(path) : this.#places.reach.withObject(node, path, act);
  }
}

/** @throws ShareError EOPNOTSUPP for what is not the users' */
function usersName(name: string): string {
  if (!name.startsWith(USERS)) throw new ShareError('EOPNOTSUPP');
  if (name.length > NAME_BYTES_MAX) throw new ShareError('ERANGE');
  if (name.length === USERS.length || name.includes('\0')) throw new ShareError('EINVAL');
  return name;
}
