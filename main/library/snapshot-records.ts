/**
 * Snapshots as the library knows them: everything but the bytes of memory and disks, which are in the store under
 * `snapshot:ID`. A snapshot is finished exactly when its row says `ready`.
 */
import { reasonText, storedReason } from './stored-reason.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineConfiguration } from '../../emulator/index.ts';
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Database, Row, Statements, Value } from './database.ts';
import type { HeadId } from './head-records.ts';
import { packPart, packParts, unpackParts, type PackedParts, type SavedParts } from './saved-parts.ts';

export type { SavedParts } from './saved-parts.ts';

/** A disk as it is in a snapshot; its content is in the store under the prefix `diskSLOT`. */
export interface SnapshotDisk {
  readonly slot: number;
  readonly disk: string;
  readonly sizeBytes: number;
  readonly base?: DiskBase;
  readonly definition: DiskDefinition;
}
/** Where the content of a disk is until it is stored: in a head, up to a generation of its overlay (absent: all of it). */
export interface UnfinishedDisk {
  readonly slot: number;
  readonly head: HeadId;
  readonly mark?: unknown;
}
/** What a machine ran with. Its disks are described apart, and its network cards and shared folders follow from its definition. */
export type SavedConfiguration = Omit<MachineConfiguration, 'disks' | 'networks' | 'shares'>;

/** The library numbers it when its row is written. */
export type NewSnapshotRecord = Omit<SnapshotRecord, 'sequence'>;

export interface SnapshotRecord extends Omit<Snapshot, 'machine' | 'disks'> {
  /** `null` for a template's booted state. */
  readonly machine: MachineId | null;
  readonly bootedKey?: string;
  /** It was paused, and is after a restore. */
  readonly paused: boolean;
  readonly definition: MachineDefinition;
  /** What it was defined as then, where that had been changed since it was started. */
  readonly next?: MachineDefinition;
  /** Absent where only disks are in it. */
  readonly configuration?: SavedConfiguration;
  readonly disks: readonly SnapshotDisk[];
  /** Present while it is being stored. */
  readonly unfinished?: readonly UnfinishedDisk[];
  readonly deletedAt?: number;
}
export type SnapshotPatch = Partial<Pick<Snapshot, 'name' | 'note' | 'pinned' | 'protected'>>;

/** Those of templates included; deleted ones too, until they are purged. */
export interface SnapshotRecords {
  /** In the order in which they were taken. */
  list(machine?: MachineId): Promise<readonly SnapshotRecord[]>;
  /** @throws ContractError `missing`, also for a deleted one */
  get(id: SnapshotId): Promise<SnapshotRecord>;
  booted(key: string): Promise<SnapshotRecord | undefined>;
  saved(id: SnapshotId): Promise<SavedParts>;
  /** A person's change; journalled. */
  change(id: SnapshotId, patch: SnapshotPatch): Promise<SnapshotRecord>;
  /** Marks as deleted; journalled. Their rows stay until they are purged. */
  delete(ids: readonly SnapshotId[], at: number): Promise<void>;
  undelete(ids: readonly SnapshotId[]): Promise<void>;
  setState(id: SnapshotId, state: Snapshot['state'], reason: Reason | undefined): Promise<void>;
  setSizes(sizes: ReadonlyMap<string, { readonly own: number; readonly shared: number }>): Promise<void>;
}

const parsed = <T>(value: Value | undefined): T | undefined => (typeof value === 'string' ? (JSON.parse(value) as T) : undefined);
const present = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, T>);

function recordOf(row: Row): SnapshotRecord {
  return {
    id: row['id'] as SnapshotId,
    machine: row['machine'] as MachineId | null,
    ...present('bootedKey', (row['booted_key'] as string | null) ?? undefined),
    parent: row['parent'] as SnapshotId | null,
    kind: row['kind'] as Snapshot['kind'],
    name: String(row['name']),
    note: String(row['note']),
    pinned: row['pinned'] === 1,
    protected: row['protected'] === 1,
    createdAt: Number(row['created_at']),
    sequence: Number(row['sequence']),
    uptimeMs: Number(row['uptime_ms']),
    hasMemory: row['has_memory'] === 1,
    memoryMiB: Number(row['memory_mib']),
    paused: row['paused'] === 1,
    thumbnail: String(row['thumbnail']),
    ownBytes: Number(row['own_bytes']),
    sharedBytes: Number(row['shared_bytes']),
    state: row['state'] as Snapshot['state'],
    reason: storedReason(String(row['reason'])),
    definition: JSON.parse(String(row['definition'])) as MachineDefinition,
    ...present('next', parsed<MachineDefinition>(row['next_definition'])),
    ...present('configuration', parsed<SavedConfiguration>(row['configuration'])),
    disks: JSON.parse(String(row['disks'])) as SnapshotDisk[],
    ...present('unfinished', parsed<UnfinishedDisk[]>(row['unfinished'])),
    ...present('deletedAt', row['deleted_at'] === null ? undefined : Number(row['deleted_at'])),
  };
}

/** All columns but the large ones. */
const COLUMNS = `id, machine, booted_key, parent, kind, name, note, pinned, protected, created_at, sequence, uptime_ms, saved IS NOT NULL AS has_memory,
  memory_mib, paused, thumbnail, own_bytes, shared_bytes, state, reason, definition, next_definition, configuration, disks, unfinished, deleted_at`;

/** Writes a new row, after all others, in a transaction of the caller's. Sizes and `hasMemory` follow from what is stored. */
export async function insertSnapshot(statements: Statements, record: NewSnapshotRecord, parts: SavedParts | PackedParts): Promise<void> {
  const { state, consoles } = parts.packed ? parts : packParts(parts);
  await statements.run(
    `INSERT INTO snapshots (id, machine, booted_key, parent, kind, name, note, pinned, protected, created_at, uptime_ms, memory_mib, paused,
       thumbnail, state, reason, definition, configuration, disks, saved, unfinished, deleted_at, next_definition, sequence)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(max(sequence), 0) + 1 FROM snapshots`,
    ...[record.id, record.machine, record.bootedKey ?? null, record.parent, record.kind, record.name, record.note],
    ...[record.pinned ? 1 : 0, record.protected ? 1 : 0, record.createdAt, Math.round(record.uptimeMs), record.memoryMiB],
    ...[record.paused ? 1 : 0, record.thumbnail, record.state, reasonText(record.reason), JSON.stringify(record.definition)],
    record.configuration ? JSON.stringify(record.configuration) : null,
    JSON.stringify(record.disks),
    state ?? null,
    record.unfinished ? JSON.stringify(record.unfinished) : null,
    record.deletedAt ?? null,
    record.next ? JSON.stringify(record.next) : null,
  );
  await insertConsoles(statements, record.id, consoles);
}

async function insertConsoles(statements: Statements, id: SnapshotId, consoles: readonly Uint8Array[]): Promise<void> {
  for (const [console, bytes] of consoles.entries())
    await statements.run('INSERT INTO snapshot_consoles (snapshot, console, bytes) VALUES (?, ?, ?)', id, console, bytes);
}

/** Adds the cores' and devices' state to a row that was written before it was known. */
export async function completeSnapshot(
  statements: Statements,
  id: SnapshotId,
  { state, consoles }: SavedParts,
  uptimeMs: number,
): Promise<void> {
  await statements.run(
    'UPDATE snapshots SET saved = ?, uptime_ms = ? WHERE id = ?',
    state ? packPart(state) : null,
    Math.round(uptimeMs),
    id,
  );
  await insertConsoles(statements, id, consoles.map(packPart));
}

async function get(statements: Statements, id: SnapshotId): Promise<SnapshotRecord> {
  const row = await statements.get(`SELECT ${COLUMNS} FROM snapshots WHERE id = ?`, id);
  if (!row || row['deleted_at'] !== null) throw new ContractError('snapshot-gone');
  return recordOf(row);
}

/** Snapshots stand in the journal by themselves: `machine` stays empty, so that taking back a machine's change passes them by. */
async function journal(statements: Statements, what: string, id: SnapshotId, before: unknown, after: unknown): Promise<void> {
  const image = (value: unknown) => JSON.stringify({ snapshot: id, ...(value as object) });
  await statements.run('INSERT INTO journal (at, what, before, after) VALUES (?, ?, ?, ?)', Date.now(), what, image(before), image(after));
}

async function change(statements: Statements, id: SnapshotId, patch: SnapshotPatch): Promise<SnapshotRecord> {
  const { name, note, pinned, protected: kept } = await get(statements, id);
  const before = { name, note, pinned, protected: kept };
  const after = { ...before, ...patch };
  await statements.run(
    'UPDATE snapshots SET name = ?, note = ?, pinned = ?, protected = ? WHERE id = ?',
    ...[after.name, after.note, after.pinned ? 1 : 0, after.protected ? 1 : 0, id],
  );
  await journal(statements, 'snapshot', id, before, after);
  return get(statements, id);
}

async function saved(database: Database, id: SnapshotId): Promise<SavedParts> {
  const row = await database.get('SELECT saved FROM snapshots WHERE id = ?', id);
  const rows = await database.all('SELECT bytes FROM snapshot_consoles WHERE snapshot = ? ORDER BY console', id);
  const state = row?.['saved'] as Uint8Array | null | undefined;
  return unpackParts({
    packed: true,
    ...(state ? { state } : {}),
    consoles: rows.map(({ bytes }) => bytes as Uint8Array),
  });
}

/** The snapshots stored in `database`. */
export function snapshotRecords(database: Database): SnapshotRecords {
  return {
    list: async (machine) => {
      const order = 'ORDER BY sequence, rowid';
      const rows =
        machine === undefined
          ? await database.all(`SELECT ${COLUMNS} FROM snapshots ${order}`)
          : await database.all(`SELECT ${COLUMNS} FROM snapshots WHERE machine = ? ${order}`, machine);
      return rows.map(recordOf);
    },
    get: (id) => get(database, id),
    booted: async (key) => {
      const row = await database.get(`SELECT ${COLUMNS} FROM snapshots WHERE booted_key = ? AND deleted_at IS NULL`, key);
      return row && recordOf(row);
    },
    saved: (id) => saved(database, id),
    change: (id, patch) => database.transaction((statements) => change(statements, id, patch)),
    delete: (ids, at) =>
      database.transaction(async (statements) => {
        for (const id of ids) {
          await statements.run('UPDATE snapshots SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL', at, id);
          await journal(statements, 'snapshot', id, { deleted: false }, { deleted: true });
        }
      }),
    undelete: (ids) =>
      database.transaction(async (statements) => {
        for (const id of ids) {
          await statements.run('UPDATE snapshots SET deleted_at = NULL WHERE id = ?', id);
          await journal(statements, 'snapshot', id, { deleted: true }, { deleted: false });
        }
      }),
    setState: async (id, state, reason) => {
      await database.run('UPDATE snapshots SET state = ?, reason = ? WHERE id = ?', state, reasonText(reason), id);
    },
    setSizes: (sizes) =>
      database.transaction(async (statements) => {
        for (const [id, { own, shared }] of sizes)
          await statements.run('UPDATE snapshots SET own_bytes = ?, shared_bytes = ? WHERE id = ?', own, shared, id);
      }),
  };
}
