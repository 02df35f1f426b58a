/**
 * A folder of the host's as the protocols see it: nodes by number, files and directories that are open by number. Calls
 * answer at once and throw what `errnoOf` puts into a number. Nothing outside the folder can be reached.
 */

/** The number of the folder itself. */
export const ROOT = 1;

export type NodeKind = 'file' | 'directory' | 'symlink' | 'other';

/** What `stat` tells. Times are in nanoseconds since the Unix epoch. */
export interface Attributes {
  readonly inode: bigint;
  /** Type and permissions, as Linux has them. */
  readonly mode: number;
  readonly links: number;
  readonly size: bigint;
  /** Of 512 bytes. */
  readonly blocks: bigint;
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

/** A node that was looked up, which counts. */
export interface Found {
  readonly node: number;
  readonly attributes: Attributes;
}

export interface Access {
  readonly read: boolean;
  readonly write: boolean;
  readonly truncate: boolean;
}

/** What is to become different; absent: it stays. `now`: the host's time. */
export interface Change {
  readonly mode?: number | undefined;
  readonly size?: number | undefined;
  readonly accessed?: bigint | 'now' | undefined;
  readonly modified?: bigint | 'now' | undefined;
}

export interface Entry {
  /** A byte string (`names.ts`). */
  readonly name: string;
  readonly kind: NodeKind;
}

export interface Space {
  readonly blockBytes: number;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly available: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

/** A place in a file that is open, in bytes. */
export interface Place {
  readonly handle: number;
  readonly offset: number;
}
export interface Range {
  readonly offset: number;
  readonly length: number;
}
export interface Allocation {
  /** The bytes become zeroes; otherwise they stay, and get room on the disk. */
  readonly zero: boolean;
  /** The file does not become longer. */
  readonly keepSize: boolean;
}

/** Bytes that the value of an extended attribute may have, and the list of their names (Linux, include/uapi/linux/limits.h). */
export const VALUE_BYTES_MAX = 65_536;

/** `new`: it must not be there yet. `there`: it must be. */
export type AttributeWish = 'any' | 'new' | 'there';

/** Extended attributes. Names and lists of them are byte strings. @throws ShareError EOPNOTSUPP where there are none */
export interface ExtendedAttributes {
  /** @throws ShareError ENODATA for one that is not there */
  get(node: number, name: string): Uint8Array;
  set(node: number, name: string, value: Uint8Array, wish: AttributeWish): void;
  names(node: number): readonly string[];
  remove(node: number, name: string): void;
}

/** What becomes of something that has the new name already: it goes, it stays and the call fails, or it gets the old name. */
export type RenameWish = 'replace' | 'keep' | 'exchange';

export interface ShareTree {
  /** Absent: nothing here has any. */
  readonly extended?: ExtendedAttributes | undefined;
  /** Absent: there is one folder. @throws ShareError EXDEV for a node of another folder's */
  requireBeside?(node: number): void;
  lookup(parent: number, name: string): Found;
  /** The guest no longer knows so many of the times that it was told of a node. */
  forget(node: number, count: number): void;
  /** As another lookup of it, whose answer is known. */
  refer(node: number): void;
  /** A name of the node's and where it is. @throws ShareError ESTALE for what has none, EBUSY for the folder itself */
  way(node: number): { readonly parent: number; readonly name: string };
  /** As a lookup of `..`, which the folder itself is its own of. */
  above(node: number): Found;
  attributes(node: number): Attributes;
  change(node: number, change: Change): Attributes;
  readlink(node: number): string;

  makeDirectory(parent: number, name: string, mode: number): Found;
  /** An empty regular file that must not be there yet. */
  makeFile(parent: number, name: string, mode: number): Found;
  makeSymlink(parent: number, name: string, target: string): Found;
  link(node: number, parent: number, name: string): Found;
  unlink(parent: number, name: string): void;
  removeDirectory(parent: number, name: string): void;
  /** @throws ShareError EINVAL for an exchange that the host has no call for */
  rename(from: number, name: string, to: number, newName: string, wish: RenameWish): void;

  /** Opens a regular file. @returns its handle */
  open(node: number, access: Access): number;
  /** Makes a file, or takes the one that is there unless `exclusive`, and opens it. */
  create(parent: number, name: string, mode: number, access: Access & { readonly exclusive: boolean }): Found & { readonly handle: number };
  /** @returns bytes read; fewer than wanted at the end of the file */
  read(handle: number, offset: number, into: Uint8Array): number;
  write(handle: number, offset: number, bytes: Uint8Array): number;
  /** Copies between files that are open. @returns bytes copied; fewer than wanted at the end of the file, or as many as one call may take */
  copy(from: Place, to: Place, length: number): number;
  /**
   * Has bytes read as zeroes, or be there to be written.
   * @throws ShareError EOPNOTSUPP for what the host cannot do; programs then do it otherwise
   */
  allocate(handle: number, range: Range, wish: Allocation): void;
  /** What was written is durable when it returns. @param onlyData metadata that reading does not need may be lost */
  sync(handle: number, onlyData: boolean): void;
  release(handle: number): void;

  openDirectory(node: number): number;
  /** All entries but `.` and `..`, as they were when reading began at the beginning. */
  entries(directory: number, fromBeginning: boolean): readonly Entry[];
  /** As `lookup` of an entry of an open directory; undefined where it is gone or cannot be had. */
  entry(directory: number, name: string): Found | undefined;
  syncDirectory(directory: number): void;
  releaseDirectory(directory: number): void;

  space(): Space;
}
