/**
 * The rows of a library, looked at when it is opened: SQLite keeps types of columns, but not what a number or JSON in them may
 * be. A row of somebody else, or of a damaged file, is found before anything is done with it.
 */
import { settingsPatch } from '../../preload/contract/checks.ts';
import { storedDefinition } from '../../preload/contract/definition/schema.ts';
import { admits, firstProblem } from '../../preload/contract/schema/problems.ts';
import { list, oneOf, orNull, passing, recordWith, text, type Schema } from '../../preload/contract/schema/shapes.ts';
import type { Row, Statements } from './database.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { base, configuration, count, date, hasNoLoop, identity, LARGEST, snapshotDisk, time } from './stored-shapes.ts';

/** Text that is JSON of a shape. */
const json = (schema: Schema, is: (value: unknown) => boolean = () => true) =>
  passing((value) => {
    try {
      const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : undefined;
      return admits(schema, parsed) && is(parsed);
    } catch {
      return false;
    }
  }, 'must be JSON of the right shape');
const bit = passing((value) => value === 0 || value === 1, 'must be 0 or 1');
const slot = count(LARGEST.slots - 1);
function hasDistinctSlots(disks: unknown): boolean {
  const slots = (disks as readonly { readonly slot: number }[]).map((one) => one.slot);
  return new Set(slots).size === slots.length;
}

const columns = {
  machines: {
    id: identity,
    name: text(LARGEST.name, 0),
    template: orNull(text(LARGEST.name, 0)),
    definition: json(storedDefinition),
    created_at: date,
    changed_at: date,
    deleted_at: orNull(date),
    present_parent: orNull(identity),
    suspended: bit,
  },
  snapshots: {
    id: identity,
    machine: orNull(identity),
    parent: orNull(identity),
    kind: oneOf(['manual', 'automatic', 'kept', 'suspended', 'booted']),
    name: text(LARGEST.name, 0),
    note: text(LARGEST.note, 0),
    pinned: bit,
    protected: bit,
    created_at: date,
    sequence: count(),
    uptime_ms: time,
    memory_mib: count(LARGEST.memory),
    paused: bit,
    thumbnail: text(LARGEST.thumbnail, 0),
    state: oneOf(['storing', 'ready', 'damaged']),
    reason: text(LARGEST.note, 0),
    own_bytes: count(),
    shared_bytes: count(),
    definition: json(storedDefinition),
    next_definition: orNull(json(storedDefinition)),
    configuration: orNull(json(configuration)),
    disks: json(list(snapshotDisk, LARGEST.slots), hasDistinctSlots),
    unfinished: orNull(json(list(recordWith({ slot, head: identity }), LARGEST.slots))),
    deleted_at: orNull(date),
  },
  heads: {
    id: identity,
    machine: identity,
    disk: identity,
    slot,
    size_bytes: count(LARGEST.diskBytes),
    base: orNull(json(base)),
    throwaway: bit,
    present: bit,
    created_at: date,
  },
} as const;
type Table = keyof typeof columns;

/** The columns of each table that are looked at (all but the large ones), and what a row of it must be. */
const TABLES = Object.entries(columns).map(([table, entries]) => ({
  table: table as Table,
  sql: `SELECT rowid AS number, ${Object.keys(entries).join()} FROM ${table}`,
  schema: recordWith(entries),
}));

/** What a memory is started from says the same twice: the row and what the machine ran with. */
function startsAsItSays({ configuration: stored, definition, memory_mib: mebibytes }: Row): boolean {
  if (stored === null) return true;
  const { cores, memoryBytes } = JSON.parse(String(stored)) as { cores: number; memoryBytes: number };
  return memoryBytes === Number(mebibytes) * 2 ** 20 && cores === (JSON.parse(String(definition)) as { cores: number }).cores;
}
const isNamed = ({ name, definition }: Row) => (JSON.parse(String(definition)) as { name: string }).name === name;

/** @returns the column that is not what the program writes */
function wrongColumn(table: Table, schema: Schema, row: Row): string | undefined {
  const problem = firstProblem(schema, row);
  if (problem) return problem.field;
  if (table === 'snapshots' && !startsAsItSays(row)) return 'configuration';
  return table === 'machines' && !isNamed(row) ? 'name' : undefined;
}

export interface WrongRow {
  readonly table: Table;
  /** By SQLite's number. */
  readonly row: number;
  readonly column: string;
}

/** Every row that no program of ours wrote; among the right ones, snapshots whose parents come to no end. */
export async function wrongRows(statements: Statements): Promise<readonly WrongRow[]> {
  const wrong: WrongRow[] = [];
  for (const { table, sql, schema } of TABLES) {
    const right: Row[] = [];
    for (const row of await statements.all(sql)) {
      const column = wrongColumn(table, schema, row);
      if (column === undefined) right.push(row);
      else wrong.push({ table, row: Number(row['number']), column });
    }
    if (table === 'snapshots' && !hasNoLoop(right.map(({ id, parent }) => ({ id: String(id), parent: parent as string | null }))))
      wrong.push(...right.filter(({ parent }) => parent !== null).map((row) => ({ table, row: Number(row['number']), column: 'parent' })));
  }
  return wrong;
}

/** @throws ContractError `library-row-damaged`, which says how the rest is saved */
export async function refuseWrongRows(statements: Statements, file: string): Promise<void> {
  const [first, ...more] = await wrongRows(statements);
  if (!first) return;
  const { row, table, column } = first;
  throw new ContractError('library-row-damaged', { file, table, row, column, more: more.length });
}

/** Takes wrong rows out of a library that is being saved; where only the parent is wrong, the row stays as a root. */
export async function removeWrongRows(statements: Statements): Promise<void> {
  for (const { table, row, column } of await wrongRows(statements))
    await statements.run(
      column === 'parent' ? `UPDATE ${table} SET parent = NULL WHERE rowid = ?` : `DELETE FROM ${table} WHERE rowid = ?`,
      row,
    );
}

export const isSetting = (key: string, value: unknown): boolean => value !== undefined && admits(settingsPatch, { [key]: value });
