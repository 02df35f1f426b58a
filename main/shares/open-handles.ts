/** What a guest has open in a shared folder: files by descriptor, directories with the list that is being read. */
import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, readdirSync, readSync, writeSync, type Dirent } from 'node:fs';
import { ShareError } from '../../emulator/share/errno.ts';
import { byteString } from '../../emulator/share/names.ts';
import type { Node, NodeTable } from '../../emulator/share/node-table.ts';
import type { Entry, NodeKind } from '../../emulator/share/tree.ts';
import { hostPath } from './host-paths.ts';

/** More descriptors this process does not give to one guest. */
const HANDLES_MAX = 4096;

/** A file that is open. */
export class OpenHandle {
  readonly node: Node;
  readonly fd: number;
  readonly isReadable: boolean;
  readonly isWritable: boolean;
  constructor(node: Node, fd: number, { read, write }: { readonly read: boolean; readonly write: boolean }) {
    this.node = node;
    this.fd = fd;
    this.isReadable = read;
    this.isWritable = write;
  }
  read(offset: number, into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const count = readSync(this.fd, into, done, into.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
  write(offset: number, bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length) done += writeSync(this.fd, bytes, done, bytes.length - done, offset + done);
    return done;
  }
  sync(onlyData: boolean): void {
    if (onlyData) fdatasyncSync(this.fd);
    else fsyncSync(this.fd);
  }
  close(): void {
    closeSync(this.fd);
  }
}

interface OpenDirectory {
  readonly node: Node;
  list?: readonly Entry[];
}

function kindOfEntry(entry: Dirent<Buffer>): NodeKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

export class OpenHandles {
  readonly #nodes: NodeTable;
  readonly #pathOf: (directory: Node) => string;
  readonly files = new Map<number, OpenHandle>();
  readonly directories = new Map<number, OpenDirectory>();
  /** Those of a saved session that could not be opened again. */
  readonly lost = new Set<number>();
  next = 1;

  constructor(nodes: NodeTable, pathOf: (directory: Node) => string) {
    this.#nodes = nodes;
    this.#pathOf = pathOf;
  }

  /** What was just opened, not yet the guest's. */
  held(node: Node, fd: number, access: { readonly read: boolean; readonly write: boolean }): OpenHandle {
    return new OpenHandle(node, fd, access);
  }
  /** Gives it to the guest. @returns its number @throws ShareError EMFILE; it is closed then */
  add(handle: OpenHandle, number = this.next): number {
    if (this.files.size + this.directories.size >= HANDLES_MAX) {
      handle.close();
      throw new ShareError('EMFILE');
    }
    this.next = Math.max(this.next, number) + 1;
    this.files.set(number, handle);
    this.#nodes.held(handle.node, number);
    return number;
  }
  addDirectory(node: Node, number = this.next): number {
    if (this.files.size + this.directories.size >= HANDLES_MAX) throw new ShareError('EMFILE');
    this.next = Math.max(this.next, number) + 1;
    this.directories.set(number, { node });
    this.#nodes.held(node, number);
    return number;
  }

  /** @throws ShareError EBADF; ESTALE for one that a return has lost */
  file(number: number): OpenHandle {
    const handle = this.files.get(number);
    if (!handle) throw new ShareError(this.lost.has(number) ? 'ESTALE' : 'EBADF');
    return handle;
  }
  #directory(number: number): OpenDirectory {
    const open = this.directories.get(number);
    if (!open) throw new ShareError(this.lost.has(number) ? 'ESTALE' : 'EBADF');
    return open;
  }
  directory(number: number): Node {
    return this.#directory(number).node;
  }
  /** A descriptor of a node that is open. @param writable only one for writing will do */
  anyOf(node: Node, writable = false): OpenHandle | undefined {
    for (const number of node.handles) {
      const handle = this.files.get(number);
      if (handle && (!writable || handle.isWritable)) return handle;
    }
    return undefined;
  }

  entries(number: number, fromBeginning: boolean): readonly Entry[] {
    const open = this.#directory(number);
    if (open.list && !fromBeginning) return open.list;
    const found = readdirSync(hostPath(this.#pathOf(open.node)), { encoding: 'buffer', withFileTypes: true });
    open.list = found.map((entry) => ({ name: byteString(entry.name), kind: kindOfEntry(entry) }));
    return open.list;
  }
  syncDirectory(number: number): void {
    // Windows opens no directories.
    if (process.platform === 'win32') return;
    const fd = openSync(hostPath(this.#pathOf(this.directory(number))), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  release(number: number): void {
    this.lost.delete(number);
    const handle = this.files.get(number);
    if (!handle) return;
    this.files.delete(number);
    this.#nodes.released(handle.node, number);
    handle.close();
  }
  releaseDirectory(number: number): void {
    this.lost.delete(number);
    const open = this.directories.get(number);
    if (!open) return;
    this.directories.delete(number);
    this.#nodes.released(open.node, number);
  }
  close(): void {
    for (const handle of this.files.values()) handle.close();
    this.files.clear();
    this.directories.clear();
  }
}
