/** The root of several folders behind one device: a directory that lists them by name, and that a guest cannot change. */
import { ShareError } from '../errno.ts';
import { type Attributes, type Entry, type ExtendedAttributes, type Found, ROOT, type ShareTree, type Space } from '../tree.ts';

const DIRECTORY_TO_READ = 0o40_555;
/** Nothing of it is anywhere, so that one number serves whoever has it open. */
const OPEN = 1;
const NO_SPACE: Space = { blockBytes: 4096, blocks: 0n, free: 0n, available: 0n, files: 0n, filesFree: 0n };

function refused(): never {
  throw new ShareError('EROFS');
}
function unknown(): never {
  throw new ShareError('EOPNOTSUPP');
}
function absent(): never {
  throw new ShareError('EBADF');
}

export class RootTree implements ShareTree {
  readonly #names: () => readonly string[];
  #changed: bigint;

  /** @param names of the folders that there are now */
  constructor(names: () => readonly string[], nanoseconds: bigint) {
    this.#names = names;
    this.#changed = nanoseconds;
  }

  /** There are other names from now on. */
  changedAt(nanoseconds: bigint): void {
    this.#changed = nanoseconds;
  }

  /** A name that there is has its folder's own answer. */
  lookup(): Found {
    throw new ShareError('ENOENT');
  }
  forget(): void {}
  refer(): void {}
  way(): never {
    throw new ShareError('EBUSY');
  }
  above(): Found {
    return { node: ROOT, attributes: this.attributes(ROOT) };
  }
  attributes(node: number): Attributes {
    if (node !== ROOT) throw new ShareError('ESTALE');
    const times = { accessed: this.#changed, modified: this.#changed, changed: this.#changed };
    return { inode: 1n, mode: DIRECTORY_TO_READ, links: 2 + this.#names().length, size: 0n, blocks: 0n, ...times };
  }
  readlink(): string {
    throw new ShareError('EINVAL');
  }

  /** There may be some in the folders. */
  readonly extended: ExtendedAttributes = { get: unknown, set: refused, names: () => [], remove: refused };

  readonly change = refused;
  readonly makeDirectory = refused;
  readonly makeFile = refused;
  readonly makeSymlink = refused;
  readonly link = refused;
  readonly unlink = refused;
  readonly removeDirectory = refused;
  readonly rename = refused;
  readonly create = refused;

  open(): number {
    throw new ShareError('EISDIR');
  }
  readonly read = absent;
  readonly write = absent;
  readonly copy = absent;
  readonly allocate = absent;
  readonly sync = absent;
  release(): void {}

  openDirectory(node: number): number {
    if (node !== ROOT) throw new ShareError('ESTALE');
    return OPEN;
  }
  entries(): readonly Entry[] {
    return this.#names().map((name) => ({ name, kind: 'directory' }));
  }
  /** Each is looked up by itself, where its folder answers. */
  entry(): Found | undefined {
    return undefined;
  }
  syncDirectory(): void {}
  releaseDirectory(): void {}
  space(): Space {
    return NO_SPACE;
  }
}
