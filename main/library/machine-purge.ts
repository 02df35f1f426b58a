/**
 * Deleting machines of the bin for good: everything the library knows of them goes in one transaction, and one line of
 * the journal remains. What they had in the store and in overlays is unknown from then on, and rubbish.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Row, Statements } from './database.ts';
import type { HeadId } from './head-records.ts';
import { writePurge } from './journal.ts';

/** What the library does not know any more. */
export interface Purged {
  readonly names: readonly string[];
  readonly snapshots: readonly SnapshotId[];
  readonly heads: readonly HeadId[];
}

/** @throws ContractError `missing`; `conflict` for one that is in use, and one with protected snapshots */
async function inBin(statements: Statements, id: MachineId): Promise<string> {
  const row = await statements.get('SELECT name, deleted_at FROM machines WHERE id = ?', id);
  if (!row) throw new ContractError('purge-gone');
  const name = String(row['name']);
  if (row['deleted_at'] === null) throw new ContractError('purge-not-in-bin', { name });
  const held = await statements.all(
    'SELECT name FROM snapshots WHERE machine = ? AND protected = 1 AND deleted_at IS NULL ORDER BY sequence',
    id,
  );
  if (held.length > 0)
    throw new ContractError('machine-keeps-protected', { name, snapshots: held.map((snapshot) => String(snapshot['name'])) });
  return name;
}

const idsOf = <T>(rows: readonly Row[]): T[] => rows.map(({ id }) => id as T);

/**
 * Removes machines and all that is theirs, in a transaction of the caller's; all of them or, when it throws, none.
 * @throws ContractError as said above
 */
export async function purgeMachines(statements: Statements, ids: readonly MachineId[]): Promise<Purged> {
  const names: string[] = [];
  const snapshots: SnapshotId[] = [];
  const heads: HeadId[] = [];
  for (const id of new Set(ids)) {
    const name = await inBin(statements, id);
    const row = await statements.get('SELECT definition FROM machines WHERE id = ?', id);
    const { memoryMiB } = JSON.parse(String(row?.['definition'])) as MachineDefinition;
    const own = idsOf<SnapshotId>(await statements.all('SELECT id FROM snapshots WHERE machine = ?', id));
    snapshots.push(...own);
    heads.push(...idsOf<HeadId>(await statements.all('SELECT id FROM heads WHERE machine = ?', id)));
    // Consoles, runs, snapshots and heads go with the row.
    await statements.run('DELETE FROM machines WHERE id = ?', id);
    await writePurge(statements, id, { name, memoryMiB, snapshots: own.length });
    names.push(name);
  }
  return { names, snapshots, heads };
}
