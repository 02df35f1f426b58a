/** Rows of snapshot points: what a snapshot is called, what it was before, and how callers see it. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineConfiguration } from '../../emulator/index.ts';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { PASSED_ON, plainText } from '../../preload/contract/definition/walk.ts';
import type { Snapshot, SnapshotId, SnapshotKind } from '../../preload/contract/snapshots.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { NewSnapshotRecord, SavedConfiguration, SnapshotDisk, SnapshotRecord, UnfinishedDisk } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';

/** What is known of a snapshot point when it is taken. */
export interface SnapshotPoint {
  readonly id?: SnapshotId;
  readonly machine: MachineId | null;
  readonly bootedKey?: string;
  readonly parent: SnapshotId | null;
  readonly kind: SnapshotKind;
  readonly name: string;
  readonly note?: string;
  readonly uptimeMs: number;
  readonly paused: boolean;
  readonly thumbnail: string;
  readonly definition: MachineDefinition;
  readonly next?: MachineDefinition;
  /** Absent where only disks are in it. */
  readonly configuration?: MachineConfiguration;
  readonly disks: readonly SnapshotDisk[];
  readonly unfinished: readonly UnfinishedDisk[];
  /** Nobody is to see it. */
  readonly deletedAt?: number;
}

/** The row of a new snapshot, being stored. */
export function newRecord(snapshotPoint: SnapshotPoint): NewSnapshotRecord {
  const { id, note, configuration, ...given } = snapshotPoint;
  return {
    ...given,
    id: id ?? (ulid() as SnapshotId),
    note: note ?? '',
    pinned: false,
    protected: false,
    createdAt: Date.now(),
    hasMemory: configuration !== undefined,
    memoryMiB: given.definition.memoryMiB,
    ownBytes: 0,
    sharedBytes: 0,
    state: 'storing',
    reason: faultWith('being-stored'),
    ...(configuration ? { configuration: withoutAttachments(configuration) } : {}),
  };
}

/** Without what names modules of ours and files of this computer: that is made anew, also of what a file brought. */
export function withoutAttachments(configuration: SavedConfiguration & Partial<MachineConfiguration>): SavedConfiguration {
  const { disks: _disks, networks: _networks, shares: _shares, ...rest } = configuration;
  return rest;
}

/** What a machine was defined as at a snapshot point. */
export const definedAs = ({ definition, next }: Pick<SnapshotRecord, 'definition' | 'next'>): MachineDefinition => next ?? definition;

/** What the emulator takes as it is, and cannot change in a machine that runs. */
const SHAPE = PASSED_ON.filter(({ field }) => field.passedOn !== 'anyTime');

/** Whether a machine that runs with one configuration can become, in place, what it was with the other. */
export function sameShape(running: MachineConfiguration, saved: SavedConfiguration, disks: number): boolean {
  const board = boardOf(running.board);
  const shape = (one: SavedConfiguration) => [
    ...SHAPE.map(({ path, field }) => (one as unknown as Readonly<Record<string, unknown>>)[path] ?? field.absent?.(board)),
    one.memoryBytes,
    one.ports,
  ];
  return plainText(shape(running)) === plainText(shape(saved)) && running.disks.length === disks;
}

/** A name of a person's snapshot that gives none: the first number that is free. */
export function numberedName(taken: readonly string[]): string {
  for (let number = 1; ; number++) if (!taken.includes(`snapshot ${number}`)) return `snapshot ${number}`;
}

/** Rows of a machine as callers see them: deleted ones are passed over, their children belong to their parents. */
export function visible(records: readonly SnapshotRecord[]): readonly Snapshot[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return records.flatMap((record) => (record.deletedAt === undefined ? [seen(record, livingParent(record.parent, byId))] : []));
}

/** The nearest snapshot at or before `id` that is not deleted. */
export function livingParent(id: SnapshotId | null, byId: ReadonlyMap<SnapshotId, SnapshotRecord>): SnapshotId | null {
  let at = id;
  while (at !== null) {
    const record = byId.get(at);
    if (!record) return null;
    if (record.deletedAt === undefined) return at;
    at = record.parent;
  }
  return null;
}

function seen(record: SnapshotRecord, parent: SnapshotId | null): Snapshot {
  const {
    id,
    machine,
    kind,
    name,
    note,
    pinned,
    createdAt,
    sequence,
    uptimeMs,
    hasMemory,
    memoryMiB,
    thumbnail,
    ownBytes,
    sharedBytes,
    state,
    reason,
    definition,
  } = record;
  // Disks that had been removed from the machine are held as well, behind its own.
  const disks = record.disks
    .filter(({ slot }) => slot < definition.disks.length)
    .map(({ slot, disk, sizeBytes }) => ({ slot, id: disk, sizeBytes }));
  return {
    ...{ id, machine: machine as MachineId, parent, kind, name, note, pinned, protected: record.protected, createdAt, sequence, uptimeMs },
    ...{ hasMemory, memoryMiB, thumbnail, ownBytes, sharedBytes, state, reason, disks },
  };
}
