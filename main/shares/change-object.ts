/** Permissions and times of something in a shared folder: by its descriptor where it is open, else of the object itself. */
import { type BigIntStats, chmodSync, fchmodSync, futimesSync, lutimesSync, utimesSync } from 'node:fs';
import type { Change, NodeKind } from '../../emulator/share/tree.ts';
import { PERMISSIONS } from './attributes.ts';
import { hostPath } from './host-paths.ts';

export interface Changed {
  readonly kind: NodeKind;
  stats(): BigIntStats;
  /** A descriptor of it. */
  readonly open: number | undefined;
  /** @throws ShareError ESTALE */
  path(): string;
  /** Calls that would follow a link get the object itself. */
  itself(path: string, act: (path: string) => void): void;
}

/** Node takes seconds as a number: of today's times, quarters of a microsecond are kept. */
const seconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1e9;

export function changeObject({ mode, accessed, modified }: Omit<Change, 'size'>, object: Changed): void {
  const { kind, open } = object;
  if (mode !== undefined && kind !== 'symlink') {
    const permissions = mode & PERMISSIONS;
    if (open === undefined) object.itself(object.path(), (path) => chmodSync(hostPath(path), permissions));
    else fchmodSync(open, permissions);
  }
  if (accessed === undefined && modified === undefined) return;
  const { atimeNs, mtimeNs } = object.stats();
  const timeOf = (wanted: bigint | 'now' | undefined, present: bigint) =>
    wanted === 'now' ? Date.now() / 1000 : seconds(wanted ?? present);
  const times = [timeOf(accessed, atimeNs), timeOf(modified, mtimeNs)] as const;
  if (open !== undefined) futimesSync(open, ...times);
  else if (kind === 'symlink') lutimesSync(hostPath(object.path()), ...times);
  else object.itself(object.path(), (path) => utimesSync(hostPath(path), ...times));
}
