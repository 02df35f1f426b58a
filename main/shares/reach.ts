/**
 * How the host's calls get at something in a shared folder without ever following a symbolic link, although Node has no
 * calls that begin at an open directory. Paths are byte strings, one character a byte.
 */
import type { Node } from '../../emulator/share/node-table.ts';

export interface Reach {
  /** A path that is the shared folder itself. */
  readonly root: string;
  /** A path that is this directory and nothing else. @throws ShareError ESTALE where it is no longer where it was */
  directory(node: Node): string;
  /**
   * Does something with an object itself, for calls that would follow a link that has come to be at its name.
   * @param path the object's own, in a directory from `directory`
   * @throws ShareError ESTALE where something else has the name now
   */
  withObject<T>(node: Node, path: string, act: (path: string) => T): T;
  /** Keeps nothing of a directory that was renamed or removed. */
  moved(node: Node): void;
  close(): void;
}
