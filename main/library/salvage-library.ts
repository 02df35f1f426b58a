/**
 * What can still be read of a damaged library, put into a new one: SQLite gives the rows before and after a damaged
 * page. A machine whose own row is lost is made again from its newest snapshot. The damaged file is only read.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { openDatabase, type Database, type Row, type Value } from './database.ts';
import { migrate } from './migrations.ts';
import { removeWrongRows } from './stored-rows.ts';

export interface SalvagedLibrary {
  readonly machines: number;
  readonly snapshots: number;
  /** Names of machines that were made again from a snapshot. */
  readonly rebuilt: readonly string[];
}

/** The keys by which tables are walked; one that later formats drop is not found and left out. */
const TABLES = {
  machines: ['rowid'],
  settings: ['rowid'],
  networks: ['rowid'],
  runs: ['rowid'],
  journal: ['rowid'],
  snapshots: ['rowid'],
  heads: ['rowid'],
  console_history: ['machine', 'console', 'position'],
  snapshot_consoles: ['snapshot', 'console'],
  network_addresses: ['network', 'card'],
} as const;
type Table = keyof typeof TABLES;

const ROWS_AT_ONCE = 64;
/** Rows of a damaged stretch are asked for one by one; a stretch that seems longer is a damaged number. */
const LONGEST_GAP = 100_000;

/** What belongs to something that is lost. */
const ORPHANS = `
  DELETE FROM network_addresses WHERE network NOT IN (SELECT name FROM networks);
  DELETE FROM runs WHERE machine NOT IN (SELECT id FROM machines);
  DELETE FROM heads WHERE machine NOT IN (SELECT id FROM machines);
  DELETE FROM console_history WHERE machine NOT IN (SELECT id FROM machines);
  DELETE FROM snapshot_consoles WHERE snapshot NOT IN (SELECT id FROM snapshots);
  UPDATE journal SET undone_by = NULL WHERE undone_by NOT IN (SELECT id FROM journal);
  UPDATE machines SET present_parent = NULL, suspended = 0 WHERE present_parent NOT IN (SELECT id FROM snapshots);`;

/**
 * Copies what can be read into a new library.
 * @param damaged the file to be read; nobody may have it open
 * @param fresh a file that does not exist yet
 * @returns `undefined` when nothing can be read; there is no fresh file then
 * @throws ContractError when the new file cannot be written
 */
export async function salvageLibrary(damaged: string, fresh: string): Promise<SalvagedLibrary | undefined> {
  // Closing a file with a log beside it would write to it.
  const copy = `${fresh}.reading`;
  removeFile(fresh);
  copyFile(damaged, copy);
  let salvaged: SalvagedLibrary | undefined;
  try {
    const from = await openDatabase(copy);
    const to = await openDatabase(fresh);
    try {
      await migrate(to);
      salvaged = await copyAll(from, to);
    } finally {
      await from.close().catch(() => undefined);
      await to.close();
    }
    return salvaged;
  } finally {
    removeFile(copy);
    if (!salvaged) removeFile(fresh);
  }
}

function removeFile(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

function copyFile(from: string, to: string): void {
  removeFile(to);
  for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, to + end);
}

async function copyAll(from: Database, to: Database): Promise<SalvagedLibrary | undefined> {
  // SQLite refuses a file shorter than its header says, unless it is told that repair is under way.
  await from.script('PRAGMA writable_schema = ON; PRAGMA query_only = ON').catch(() => undefined);
  let copied = 0;
  for (const [table, keys] of Object.entries(TABLES)) copied += await copyTable(from, to, table, keys);
  if (copied === 0) return undefined;
  await to.run('UPDATE snapshots SET sequence = rowid WHERE sequence = 0');
  await removeWrongRows(to);
  const rebuilt = await rebuildMachines(to);
  await to.script(ORPHANS);
  const count = async (table: Table) => Number((await to.get(`SELECT count(*) AS count FROM ${table}`))?.['count']);
  return { machines: await count('machines'), snapshots: await count('snapshots'), rebuilt };
}

async function columnsOf(database: Database, table: string): Promise<readonly string[]> {
  const rows = await database.all('SELECT name FROM pragma_table_info(?)', table).catch(() => []);
  return rows.map(({ name }) => String(name));
}

async function copyTable(from: Database, to: Database, table: string, keys: readonly string[]): Promise<number> {
  const there = await columnsOf(from, table);
  const columns = (await columnsOf(to, table)).filter((column) => there.includes(column));
  if (columns.length === 0) return 0;
  const rows = await readableRows(from, table, columns, keys);
  const sql = `INSERT OR IGNORE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
  return to.transaction(async (statements) => {
    let copied = 0;
    for (const row of rows) {
      const values: Value[] = columns.map((column) => row[column] ?? null);
      // A row that the tables' rules refuse is damaged itself.
      copied += await statements.run(sql, ...values).then(({ changes }) => changes, noneIfRefused);
    }
    return copied;
  });
}

function noneIfRefused(error: unknown): number {
  if (['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH'].includes((error as { code?: string }).code ?? '')) return 0;
  throw error;
}

/** The rows from the beginning up to the damage, those from the end down to it, and what is to be had in between. */
async function readableRows(from: Database, table: string, columns: readonly string[], keys: readonly string[]): Promise<readonly Row[]> {
  const selected = [...keys.map((key, index) => `${key} AS key_${index}`), ...columns].join();
  const keyOf = (row: Row): Value[] => keys.map((_, index) => row[`key_${index}`] ?? null);
  const walk = async (order: 'ASC' | 'DESC'): Promise<{ rows: Row[]; whole: boolean }> => {
    const rows: Row[] = [];
    const beyond = `(${keys.join()}) ${order === 'ASC' ? '>' : '<'} (${keys.map(() => '?').join()})`;
    for (;;) {
      const last = rows.at(-1);
      const sql = (max: number) =>
        `SELECT ${selected} FROM ${table} NOT INDEXED ${last ? `WHERE ${beyond}` : ''} ORDER BY ${keys.map((key) => `${key} ${order}`).join()} LIMIT ${max}`;
      const values = last ? keyOf(last) : [];
      // Where a group of rows reaches into the damage, those before it come one by one.
      const next = await from.all(sql(ROWS_AT_ONCE), ...values).catch(() => from.all(sql(1), ...values).catch(() => undefined));
      if (!next) return { rows, whole: false };
      if (next.length === 0) return { rows, whole: true };
      rows.push(...next);
    }
  };
  const { rows, whole } = await walk('ASC');
  if (whole) return rows;
  const { rows: after } = await walk('DESC');
  if (keys[0] === 'rowid')
    rows.push(
      ...(await between(
        from,
        table,
        columns,
        [rows, after].map((part) => Number(part.at(-1)?.['key_0'] ?? 0)),
      )),
    );
  return [...rows, ...after.reverse()];
}

async function between(from: Database, table: string, columns: readonly string[], [low = 0, high = 0]: readonly number[]): Promise<Row[]> {
  const found: Row[] = [];
  if (high - low > LONGEST_GAP) return found;
  for (let row = low + 1; row < high; row++)
    found.push(...(await from.all(`SELECT ${columns.join()} FROM ${table} NOT INDEXED WHERE rowid = ?`, row).catch(() => [])));
  return found;
}

/** Machines that only their snapshots tell of. */
async function rebuildMachines(to: Database): Promise<readonly string[]> {
  const lost = await to.all(`
    SELECT machine, id, definition, created_at, max(sequence) AS last FROM snapshots
    WHERE machine IS NOT NULL AND machine NOT IN (SELECT id FROM machines) GROUP BY machine`);
  const names = new Set((await to.all('SELECT name FROM machines')).map(({ name }) => String(name)));
  const rebuilt: string[] = [];
  // SQLite takes the other columns from the row that has the maximum (lang_select.html, section 2.5).
  for (const { machine, id, definition: text, created_at: createdAt } of lost) {
    const definition = JSON.parse(String(text)) as { name: string; template?: string };
    let name = definition.name;
    for (let number = 2; names.has(name); number++) name = `${definition.name} ${number}`;
    names.add(name);
    await to.run(
      'INSERT INTO machines (id, name, template, definition, created_at, changed_at, present_parent) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[machine ?? null, name, definition.template ?? null, JSON.stringify({ ...definition, name })],
      ...[createdAt ?? null, createdAt ?? null, id ?? null],
    );
    rebuilt.push(name);
  }
  return rebuilt;
}
