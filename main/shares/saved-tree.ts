/**
 * What a guest knows of a shared folder and has open there, as a snapshot keeps it. A snapshot may come from a file of
 * somebody else's, so everything in it is checked as if the guest had said it.
 */
import { ShareError } from '../../emulator/share/errno.ts';
import type { Identity, Node, NodeTable } from '../../emulator/share/node-table.ts';
import { ROOT, type NodeKind } from '../../emulator/share/tree.ts';
import { requireHostName } from './host-names.ts';
import type { OpenHandle, OpenHandles } from './open-handles.ts';

type SavedNode = readonly [
  ...[id: number, kind: NodeKind, device: string, inode: string, born: string, lookups: number],
  ways: readonly (readonly [parent: number, name: string])[],
];
export interface SavedTree {
  readonly nodes: readonly SavedNode[];
  readonly files: readonly (readonly [handle: number, node: number, read: boolean, write: boolean])[];
  readonly directories: readonly (readonly [handle: number, node: number])[];
  readonly next: number;
}

const KINDS: readonly NodeKind[] = ['file', 'directory', 'symlink', 'other'];

export function savedTree(nodes: NodeTable, { files, directories, next }: OpenHandles): SavedTree {
  const known = [...nodes.all()].filter(({ id }) => id !== ROOT);
  return {
    nodes: known.map(({ id, kind, identity: { device, inode, born }, lookups, ways }) => [
      ...([id, kind, String(device), String(inode), String(born), lookups] as const),
      ways.map(({ parent, name }) => [parent.id, name] as const),
    ]),
    files: [...files].map(([number, { node, isReadable, isWritable }]) => [number, node.id, isReadable, isWritable] as const),
    directories: [...directories].map(([number, { node }]) => [number, node.id] as const),
    next,
  };
}

export interface TreeParts {
  readonly nodes: NodeTable;
  readonly handles: OpenHandles;
  open(node: Node, access: { readonly read: boolean; readonly write: boolean }): OpenHandle;
}

/**
 * Fills an empty tree. What has gone from the folder since is found out when it is used; files that cannot be opened again are
 * `lost`.
 * @throws ShareError EINVAL, or whatever else, for what was never saved by this program
 */
export function treeFrom({ nodes: saved, files, directories, next }: SavedTree, { nodes, handles, open }: TreeParts): void {
  for (const [id, kind, device, inode, born, lookups] of saved) {
    if (!KINDS.includes(kind)) throw new ShareError('EINVAL');
    nodes.restore(id, identity(device, inode, born), kind).lookups = whole(lookups);
  }
  for (const [id, , , , , , ways] of saved)
    for (const [parent, name] of [...ways].reverse()) nodes.addWay(nodes.get(id), nodes.directory(parent), requireHostName(name));
  for (const [number, id, read, write] of files) {
    try {
      handles.add(open(nodes.get(id), { read: !!read, write: !!write }), whole(number));
    } catch {
      handles.lost.add(whole(number));
    }
  }
  for (const [number, id] of directories) handles.addDirectory(nodes.directory(id), whole(number));
  handles.next = Math.max(handles.next, whole(next));
}

const identity = (device: string, inode: string, born: string): Identity => ({
  device: BigInt(device),
  inode: BigInt(inode),
  born: BigInt(born),
});

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new ShareError('EINVAL');
  return value;
}
