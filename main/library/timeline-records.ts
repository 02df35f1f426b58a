/**
 * Changes of a timeline that must happen together: a row, the present of its machine and the heads that the machine uses
 * are switched in one transaction, so that a program killed at any moment leaves a timeline that is whole.
 */
import { reasonText } from './stored-reason.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { Present, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Database, Statements } from './database.ts';
import { insertHead, type HeadId, type HeadRecord } from './head-records.ts';
import { insertMachine, redefineMachine } from './machine-records.ts';
import type { PackedParts } from './saved-parts.ts';
import { completeSnapshot, insertSnapshot, type NewSnapshotRecord, type SavedParts, type SnapshotDisk } from './snapshot-records.ts';

export interface TimelineChange {
  /** A machine that begins with this change. */
  readonly newMachine?: { readonly id: MachineId; readonly definition: MachineDefinition };
  /** A machine becomes what it was, all but what its owner says about it. */
  readonly redefine?: { readonly machine: MachineId; readonly as: MachineDefinition };
  /** New snapshots. */
  readonly insert?: readonly NewSnapshot[];
  /** What became known of a new snapshot after its row was written. */
  readonly complete?: { readonly id: SnapshotId; readonly saved: SavedParts; readonly uptimeMs: number };
  /** A snapshot whose bytes are all stored. Without memory: only its disks could be saved. */
  readonly finish?: {
    readonly id: SnapshotId;
    readonly disks: readonly SnapshotDisk[];
    readonly memory: boolean;
    readonly reason?: Reason | undefined;
  };
  /** Rows that go for good; their children get their parents. */
  readonly remove?: readonly SnapshotId[];
  readonly present?: Present;
  readonly newHeads?: readonly HeadRecord[];
  /** The heads a machine uses from now on, for every disk named by one of them, and those it does not use any more; others stay. */
  readonly switchTo?: { readonly machine: MachineId; readonly heads: readonly HeadId[]; readonly leave?: readonly HeadId[] };
  readonly removeHeads?: readonly HeadId[];
}

export interface NewSnapshot {
  readonly record: NewSnapshotRecord;
  readonly saved: SavedParts | PackedParts;
}

export interface TimelineRecords {
  /** Makes all of it durable, or, when it throws, none of it. */
  apply(change: TimelineChange): Promise<void>;
  present(machine: MachineId): Promise<Present>;
}

async function remove(statements: Statements, id: SnapshotId): Promise<void> {
  const row = await statements.get('SELECT parent FROM snapshots WHERE id = ?', id);
  if (!row) return;
  const parent = row['parent'] as string | null;
  await statements.run('UPDATE snapshots SET parent = ? WHERE parent = ?', parent, id);
  await statements.run('UPDATE machines SET present_parent = ?, suspended = 0 WHERE present_parent = ?', parent, id);
  await statements.run('DELETE FROM snapshots WHERE id = ?', id);
}

async function switchHeads(statements: Statements, { machine, heads, leave = [] }: NonNullable<TimelineChange['switchTo']>): Promise<void> {
  for (const id of leave) await statements.run('UPDATE heads SET present = 0 WHERE id = ?', id);
  const wanted = JSON.stringify(heads);
  await statements.run(
    `UPDATE heads SET present = 0 WHERE machine = ? AND present = 1 AND id NOT IN (SELECT value FROM json_each(?2))
     AND disk IN (SELECT disk FROM heads WHERE id IN (SELECT value FROM json_each(?2)))`,
    machine,
    wanted,
  );
  await statements.run('UPDATE heads SET present = 1 WHERE machine = ? AND id IN (SELECT value FROM json_each(?))', machine, wanted);
}

async function apply(statements: Statements, change: TimelineChange): Promise<void> {
  const { newMachine, redefine, insert = [], complete, finish, present } = change;
  if (newMachine) await insertMachine(statements, newMachine.definition, newMachine.id);
  if (redefine) await redefineMachine(statements, redefine.machine, redefine.as);
  for (const { record, saved } of insert) await insertSnapshot(statements, record, saved);
  if (complete) await completeSnapshot(statements, complete.id, complete.saved, complete.uptimeMs);
  if (finish) {
    await statements.run(
      `UPDATE snapshots SET state = 'ready', reason = ?, disks = ?, unfinished = NULL WHERE id = ?`,
      ...[reasonText(finish.reason), JSON.stringify(finish.disks), finish.id],
    );
    if (!finish.memory)
      await statements.run('UPDATE snapshots SET saved = NULL, configuration = NULL, uptime_ms = 0, paused = 0 WHERE id = ?', finish.id);
  }
  for (const id of change.remove ?? []) await remove(statements, id);
  if (present)
    await statements.run(
      'UPDATE machines SET present_parent = ?, suspended = ? WHERE id = ?',
      ...[present.parent, present.suspended ? 1 : 0, present.machine],
    );
  for (const head of change.newHeads ?? []) await insertHead(statements, head);
  if (change.switchTo) await switchHeads(statements, change.switchTo);
  for (const id of change.removeHeads ?? []) await statements.run('DELETE FROM heads WHERE id = ?', id);
}

/** The timelines stored in `database`. */
export function timelineRecords(database: Database): TimelineRecords {
  return {
    apply: (change) => database.transaction((statements) => apply(statements, change)),
    async present(machine) {
      const row = await database.get('SELECT present_parent, suspended FROM machines WHERE id = ?', machine);
      return { machine, parent: (row?.['present_parent'] ?? null) as SnapshotId | null, suspended: row?.['suspended'] === 1 };
    },
  };
}
