/** A machine as it stands in a file: the rows of the library, without what only that library knows. Large parts come apart. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { diskDefinition, storedDefinition, type ValueCheck } from '../../preload/contract/checks.ts';
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

type Check = (value: unknown) => boolean;
const isText =
  (longest: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= longest;
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount =
  (most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
/** Milliseconds since the epoch, or of a length of time; file systems give parts of them. */
const isTime: Check = (value) => Number.isFinite(value) && (value as number) >= 0 && (value as number) <= LAST_DATE;
const isDate = isCount(LAST_DATE);
const orMissing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...choices: readonly unknown[]): Check =>
  (value) =>
    choices.includes(value);
const isList =
  (check: Check, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check);
const isRecord =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(shape).every(([key, check]) => check((value as Record<string, unknown>)[key]));
const passes =
  (check: ValueCheck): Check =>
  (value) => {
    try {
      check(value, 'it');
      return true;
    } catch {
      return false;
    }
  };

const isIdentity = isText(LARGEST.identity);
const isPath = isText(LARGEST.path);
const isDefinition = passes(storedDefinition);
const fileShape = { path: isPath, fileBytes: isCount(), changedAt: isTime, sha256: isIdentity };
const isBase = isRecord({
  ...fileShape,
  format: oneOf('raw', 'qcow2'),
  backing: orMissing(isList(isRecord(fileShape), 64)),
});
const isSlot = isCount(LARGEST.slots - 1);
const isDisk = isRecord({
  slot: isSlot,
  disk: isIdentity,
  sizeBytes: isCount(LARGEST.diskBytes),
  base: orMissing(isBase),
  definition: passes(diskDefinition),
});
const isBoot: Check = (value) => typeof value === 'object' && value !== null && Object.values(value).every(isPath);
/** What it ran with: a start from its memory takes this as it is. */
const isConfiguration = isRecord({
  board: isIdentity,
  memoryBytes: isCount(LARGEST.memory * 2 ** 20),
  cores: isCount(64),
  engine: isIdentity,
  boot: isBoot,
  ports: isList(isText(LARGEST.name), LARGEST.ports),
});

const isMachine = isRecord({
  definition: isDefinition,
  createdAt: isDate,
  present: isRecord({ parent: orNull(isIdentity), suspended: isFlag }),
  snapshots: isList(
    isRecord({
      id: isIdentity,
      parent: orNull(isIdentity),
      kind: oneOf('manual', 'automatic', 'kept', 'suspended', 'booted'),
      name: isText(LARGEST.name),
      note: isText(LARGEST.note),
      pinned: isFlag,
      protected: isFlag,
      createdAt: isDate,
      uptimeMs: isTime,
      hasMemory: isFlag,
      memoryMiB: isCount(LARGEST.memory),
      paused: isFlag,
      thumbnail: isText(LARGEST.thumbnail),
      definition: isDefinition,
      next: orMissing(isDefinition),
      configuration: orMissing(isConfiguration),
      disks: isList(isDisk, LARGEST.slots),
    }),
    LARGEST.snapshots,
  ),
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
  if (!isMachine(value)) return false;
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
