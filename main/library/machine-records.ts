/** The machines of the library: their definitions, the bin, and the journal that lets every change be taken back. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { Database, Row, Statements } from './database.ts';
import { withHardware } from './definition-parts.ts';
import { withDiskIds } from './disk-ids.ts';
import { markUndone, readJournal, writeJournal, type JournalEntry, type MachineImage } from './journal.ts';
import { purgeMachines, type Purged } from './machine-purge.ts';
import { ulid } from './ulid.ts';

export interface MachineRecord {
  readonly id: MachineId;
  readonly definition: MachineDefinition;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly deletedAt?: number;
  /** The next start goes on from saved memory. */
  readonly suspended: boolean;
}

/**
 * The fields to change, or how they follow from what is stored: that is called inside the transaction, so a change that
 * builds on the stored definition never undoes another one. It may throw, and then nothing is stored.
 */
export type DefinitionChange = Partial<MachineDefinition> | ((stored: MachineDefinition) => Partial<MachineDefinition>);

/** Calls reject with `ContractError`: `missing` for an unknown id, `conflict` for a taken name. */
export interface MachineRecords {
  /** Those in use, oldest first. */
  list(): Promise<readonly MachineRecord[]>;
  /** Those in the bin, last deleted first. */
  bin(): Promise<readonly MachineRecord[]>;
  /** One in use. */
  get(id: MachineId): Promise<MachineRecord>;
  create(definition: MachineDefinition): Promise<MachineRecord>;
  update(id: MachineId, change: DefinitionChange): Promise<MachineRecord>;
  /** Into the bin. */
  delete(id: MachineId): Promise<void>;
  /** Out of the bin, under another name where its own was taken meanwhile. */
  undelete(id: MachineId): Promise<MachineRecord>;
  /** Takes back the machine's last change that was not taken back yet; `undefined` when it is in the bin afterwards. */
  undo(id: MachineId): Promise<MachineRecord | undefined>;
  history(id: MachineId): Promise<readonly JournalEntry[]>;
  /**
   * Deletes machines of the bin for good, all of them or none.
   * @throws ContractError `conflict` for one that is in use, and one with protected snapshots
   */
  purge(ids: readonly MachineId[]): Promise<Purged>;
  /** Whether there has ever been one, also when all were permanently deleted. */
  hadAny(): Promise<boolean>;
}

function recordOf(row: Row): MachineRecord {
  const { id, definition, created_at: createdAt, deleted_at: deletedAt } = row;
  return {
    id: id as MachineId,
    definition: JSON.parse(String(definition)) as MachineDefinition,
    createdAt: Number(createdAt),
    suspended: row['suspended'] === 1,
    ...(deletedAt === null ? {} : { deletedAt: Number(deletedAt) }),
  };
}

async function find(statements: Statements, id: MachineId): Promise<MachineRecord> {
  const row = await statements.get('SELECT * FROM machines WHERE id = ?', id);
  if (!row) throw new ContractError('machine-gone');
  return recordOf(row);
}

async function findInUse(statements: Statements, id: MachineId): Promise<MachineRecord> {
  const record = await find(statements, id);
  if (record.deletedAt !== undefined) throw new ContractError('machine-in-bin', { name: record.definition.name });
  return record;
}

const isTaken = async (statements: Statements, name: string, except: string) =>
  (await statements.get('SELECT 1 AS taken FROM machines WHERE name = ? AND deleted_at IS NULL AND id <> ?', name, except)) !== undefined;

async function refuseTaken(statements: Statements, name: string, except = ''): Promise<void> {
  if (await isTaken(statements, name, except)) throw new ContractError('machine-name-taken', { name });
}

async function freeName(statements: Statements, wanted: string, except = ''): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!(await isTaken(statements, name, except))) return name;
  }
}

const imageOf = (record: MachineRecord): MachineImage => ({ definition: record.definition, deleted: record.deletedAt !== undefined });

/** Stores what the machine is to be and answers with it as read back. */
async function put(statements: Statements, id: MachineId, { definition, deleted }: MachineImage): Promise<MachineRecord> {
  const now = Date.now();
  await statements.run(
    'UPDATE machines SET name = ?, template = ?, definition = ?, changed_at = ?, deleted_at = ? WHERE id = ?',
    definition.name,
    definition.template ?? null,
    JSON.stringify(definition),
    now,
    deleted ? now : null,
    id,
  );
  return find(statements, id);
}

/** Writes a new machine's row, in a transaction of the caller's. @throws ContractError `conflict` for a taken name */
export async function insertMachine(statements: Statements, wanted: MachineDefinition, id = ulid() as MachineId): Promise<MachineRecord> {
  const definition = withDiskIds(wanted);
  await refuseTaken(statements, definition.name);
  const now = Date.now();
  await statements.run(
    'INSERT INTO machines (id, name, template, definition, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)',
    id,
    definition.name,
    definition.template ?? null,
    JSON.stringify(definition),
    now,
    now,
  );
  await writeJournal(statements, { what: 'create', machine: id, after: { definition, deleted: false } });
  return find(statements, id);
}

/** Makes one journalled change from `before` to `after`. */
async function change(statements: Statements, what: JournalEntry['what'], before: MachineRecord, after: MachineImage) {
  const entry = await writeJournal(statements, { what, machine: before.id, before: imageOf(before), after });
  return { entry, record: await put(statements, before.id, after) };
}

/** Makes the machine what it was at another snapshot point, in a transaction of the caller's; its owner's fields stay. */
export async function redefineMachine(statements: Statements, id: MachineId, as: MachineDefinition): Promise<void> {
  const before = await findInUse(statements, id);
  await change(statements, 'restore', before, { definition: withHardware(before.definition, as), deleted: false });
}

async function undo(statements: Statements, id: MachineId): Promise<MachineRecord | undefined> {
  const present = await find(statements, id);
  const last = (await readJournal(statements, id)).find((entry) => entry.what !== 'undo' && !entry.undone);
  const { name: called } = present.definition;
  if (!last) throw new ContractError('change-none', { name: called });
  if (last.damaged) throw new ContractError('change-record-damaged', { name: called });
  if (last.what === 'restore') throw new ContractError('change-was-restore', { name: called });
  // Taking back the creation means the bin, never losing the machine.
  const wanted = last.before ?? { definition: present.definition, deleted: true };
  const name = wanted.deleted ? wanted.definition.name : await freeName(statements, wanted.definition.name, id);
  const { entry, record } = await change(statements, 'undo', present, { ...wanted, definition: { ...wanted.definition, name } });
  await markUndone(statements, last.number, entry);
  return record.deletedAt === undefined ? record : undefined;
}

/** The machines stored in `database`. */
export function machineRecords(database: Database): MachineRecords {
  const list = async (sql: string) => (await database.all(sql)).map(recordOf);
  return {
    list: () => list('SELECT * FROM machines WHERE deleted_at IS NULL ORDER BY rowid'),
    bin: () => list('SELECT * FROM machines WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, rowid DESC'),
    get: (id) => findInUse(database, id),
    create: (definition) => database.transaction((statements) => insertMachine(statements, definition)),
    update: (id, wanted) =>
      database.transaction(async (statements) => {
        const before = await findInUse(statements, id);
        const patch = typeof wanted === 'function' ? wanted(before.definition) : wanted;
        const definition = withDiskIds({ ...before.definition, ...patch });
        await refuseTaken(statements, definition.name, id);
        return (await change(statements, 'update', before, { definition, deleted: false })).record;
      }),
    delete: (id) =>
      database.transaction(async (statements) => {
        const before = await findInUse(statements, id);
        await change(statements, 'delete', before, { definition: before.definition, deleted: true });
      }),
    undelete: (id) =>
      database.transaction(async (statements) => {
        const before = await find(statements, id);
        if (before.deletedAt === undefined) throw new ContractError('machine-not-in-bin', { name: before.definition.name });
        const name = await freeName(statements, before.definition.name, id);
        return (await change(statements, 'undelete', before, { definition: { ...before.definition, name }, deleted: false })).record;
      }),
    undo: (id) => database.transaction((statements) => undo(statements, id)),
    history: (id) => readJournal(database, id),
    purge: (ids) => database.transaction((statements) => purgeMachines(statements, ids)),
    hadAny: async () =>
      (await database.get(`SELECT 1 AS found FROM journal WHERE machine IS NOT NULL OR what = 'purge' LIMIT 1`)) !== undefined,
  };
}
