/** A machine as it stands in a file: the rows of the library, without what only that library knows. Large parts come apart. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { anyBoard } from '../../preload/contract/definition/boards.ts';
import { disk, imageFormat } from '../../preload/contract/definition/parts.ts';
import { storedDefinition } from '../../preload/contract/definition/schema.ts';
import { PASSED_ON } from '../../preload/contract/definition/walk.ts';
import { admits } from '../../preload/contract/schema/problems.ts';
import { flag, list, oneOf, optional, orNull, passing, recordWith, text, whole } from '../../preload/contract/schema/shapes.ts';
import type { NewSnapshotRecord, SnapshotDisk } from '../library/snapshot-records.ts';

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

/** What a file may say: bounds that follow from what a library can hold, so that no list or number in it is taken on trust. */
const LARGEST = {
  snapshots: 50_000,
  identity: 64,
  name: 1000,
  note: 20_000,
  /** 24 lines of 100 characters. */
  thumbnail: 16_384,
  path: 4096,
  /** As a definition, in MiB. */
  memory: 65_536,
  /** 16 TiB. */
  diskBytes: 2 ** 44,
  slots: 64,
  ports: 32,
};
/** The last millisecond of the year 9999: SQLite and every date format can show it. */
const LAST_DATE = 253_402_300_799_999;

const count = (max = Number.MAX_SAFE_INTEGER) => whole(0, max);
/** Milliseconds since the epoch, or of a length of time; file systems give parts of them. */
const time = passing<number>((value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= LAST_DATE, 'must be a time');
const date = count(LAST_DATE);
const identity = text(LARGEST.identity, 0);
const file = { path: text(LARGEST.path, 0), fileBytes: count(), changedAt: time, sha256: identity };
const base = recordWith({ ...file, format: imageFormat, backing: optional(list(recordWith(file), 64)) });
const snapshotDisk = recordWith({
  slot: count(LARGEST.slots - 1),
  disk: identity,
  sizeBytes: count(LARGEST.diskBytes),
  base: optional(base),
  definition: disk,
});
const boot = passing(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every((each) => admits(file.path, each)),
  'must be files',
);
/** What it ran with: a start from its memory takes this as it is. */
const configuration = recordWith({
  ...Object.fromEntries(PASSED_ON.map(({ path, field }) => [path, field.schema(anyBoard)])),
  memoryBytes: count(LARGEST.memory * 2 ** 20),
  boot,
  ports: list(text(LARGEST.name, 0), LARGEST.ports),
});

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
  definition: storedDefinition,
  next: optional(storedDefinition),
  configuration: optional(configuration),
  disks: list(snapshotDisk, LARGEST.slots),
});
const machine = recordWith({
  definition: storedDefinition,
  createdAt: date,
  present: recordWith({ parent: orNull(identity), suspended: flag }),
  snapshots: list(snapshot, LARGEST.snapshots),
});

/** The configuration is that of the definition: a start would take any memory and any number of cores from it. */
const fits = ({ configuration, definition: { cores }, memoryMiB }: ArchivedSnapshot): boolean =>
  configuration === undefined || (configuration.cores === cores && configuration.memoryBytes === memoryMiB * 2 ** 20);

/** Whether following parents comes to an end everywhere. */
function hasNoLoop(snapshots: readonly ArchivedSnapshot[]): boolean {
  const parents = new Map<string, string | null>(snapshots.map(({ id, parent }) => [id, parent]));
  const ends = new Set<string>();
  for (const { id } of snapshots) {
    const path = new Set<string>();
    for (let at: string | null = id; at !== null && !ends.has(at); at = parents.get(at) ?? null) {
      if (path.has(at)) return false;
      path.add(at);
    }
    for (const each of path) ends.add(each);
  }
  return true;
}

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
