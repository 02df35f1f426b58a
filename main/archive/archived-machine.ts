/** A machine as it stands in a file: the rows of the library, without what only that library knows. Large parts come apart. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { storedDefinition } from '../../preload/contract/checks.ts';
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

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const orMissing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
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
const isDefinition: Check = (value) => {
  try {
    storedDefinition(value, 'definition');
    return true;
  } catch {
    return false;
  }
};

const fileShape = { path: isText, fileBytes: isCount, changedAt: isNumber, sha256: isText };
const isBase = isRecord({
  ...fileShape,
  format: (value) => value === 'raw' || value === 'qcow2',
  backing: orMissing(isList(isRecord(fileShape), 64)),
});
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Memory of one snapshot: 64 GiB, far beyond what a definition may have. */
const MOST_MEBIBYTES = 65_536;
const isSlot: Check = (value) => isCount(value) && (value as number) < 64;
const isDisk = isRecord({ slot: isSlot, disk: isText, sizeBytes: isCount, base: orMissing(isBase), definition: isObject });

const isMachine = isRecord({
  definition: isDefinition,
  createdAt: isNumber,
  present: isRecord({ parent: (value) => value === null || isText(value), suspended: isFlag }),
  snapshots: isList(
    isRecord({
      id: isText,
      parent: (value) => value === null || isText(value),
      kind: (value) => ['manual', 'automatic', 'kept', 'suspended', 'booted'].includes(value as string),
      name: isText,
      note: isText,
      pinned: isFlag,
      protected: isFlag,
      createdAt: isNumber,
      uptimeMs: isNumber,
      hasMemory: isFlag,
      memoryMiB: (value) => isCount(value) && (value as number) <= MOST_MEBIBYTES,
      paused: isFlag,
      thumbnail: isText,
      definition: isDefinition,
      next: orMissing(isDefinition),
      configuration: orMissing(isObject),
      disks: isList(isDisk, 64),
    }),
    1_000_000,
  ),
});

/** What JSON of a file must be before anything is done with it. */
export function isArchivedMachine(value: unknown): value is ArchivedMachine {
  if (!isMachine(value)) return false;
  const { snapshots, present } = value as ArchivedMachine;
  const slots = (all: readonly SnapshotDisk[]) => new Set(all.map(({ slot }) => slot)).size === all.length;
  const ids = new Set<string>(snapshots.map(({ id }) => id));
  const hasParent = present.parent === null || ids.has(present.parent);
  return ids.size === snapshots.length && hasParent && snapshots.every(({ disks }) => slots(disks));
}
