/** A machine as it stands in a file: the rows of the library, without what only that library knows. Large parts come apart. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { archivedDefinition } from '../../preload/contract/definition/schema.ts';
import { admits } from '../../preload/contract/schema/problems.ts';
import { flag, list, oneOf, optional, orNull, recordWith, text } from '../../preload/contract/schema/shapes.ts';
import type { NewSnapshotRecord, SnapshotDisk } from '../library/snapshot-records.ts';
import { configuration, count, date, hasNoLoop, identity, LARGEST, snapshotDisk, time } from '../library/stored-shapes.ts';

/** A finished snapshot; its parent may be missing from the file, then it is a root. */
export type ArchivedSnapshot = Omit<
  NewSnapshotRecord,
  'machine' | 'bootedKey' | 'ownBytes' | 'sharedBytes' | 'unfinished' | 'deletedAt' | 'state' | 'reason'
>;
export interface ArchivedMachine {
  readonly definition: MachineDefinition;
  readonly createdAt: number;
  /** The snapshot that the machine goes on from; `suspended`: with its memory. */
  readonly present: { readonly parent: string | null; readonly suspended: boolean };
  /** In the order in which they were taken. */
  readonly snapshots: readonly ArchivedSnapshot[];
}

const snapshot = recordWith({
  id: identity,
  parent: orNull(identity),
  kind: oneOf(['manual', 'automatic', 'kept', 'suspended', 'booted']),
  name: text(LARGEST.name, 0),
  note: text(LARGEST.note, 0),
  pinned: flag,
  protected: flag,
  createdAt: date,
  uptimeMs: time,
  hasMemory: flag,
  memoryMiB: count(LARGEST.memory),
  paused: flag,
  thumbnail: text(LARGEST.thumbnail, 0),
  definition: archivedDefinition,
  next: optional(archivedDefinition),
  configuration: optional(configuration),
  disks: list(snapshotDisk, LARGEST.slots),
});
const machine = recordWith({
  definition: archivedDefinition,
  createdAt: date,
  present: recordWith({ parent: orNull(identity), suspended: flag }),
  snapshots: list(snapshot, LARGEST.snapshots),
});

/** The configuration is that of the definition: a start would take any memory and any number of cores from it. */
const fits = ({ configuration, definition: { cores }, memoryMiB }: ArchivedSnapshot): boolean =>
  configuration === undefined || (configuration.cores === cores && configuration.memoryBytes === memoryMiB * 2 ** 20);

/** What JSON of a file must be before anything is done with it. */
export function isArchivedMachine(value: unknown): value is ArchivedMachine {
  if (!admits(machine, value)) return false;
  const { snapshots, present } = value as ArchivedMachine;
  const slots = (all: readonly SnapshotDisk[]) => new Set(all.map(({ slot }) => slot)).size === all.length;
  const ids = new Set<string>(snapshots.map(({ id }) => id));
  const hasParent = present.parent === null || ids.has(present.parent);
  const isEachRight = snapshots.every((snapshot) => slots(snapshot.disks) && fits(snapshot));
  return ids.size === snapshots.length && hasParent && isEachRight && hasNoLoop(snapshots);
}

/** Consoles that a snapshot's machine had at most: the serial port and the ports that it ran with, where that is known. */
export const consolesOf = ({ configuration, definition: { ports } }: ArchivedSnapshot): number =>
  configuration ? 1 + Math.max(ports.length, configuration.ports.length) : LARGEST.ports;
