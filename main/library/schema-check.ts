/**
 * Whether a file's tables are the ones that our steps make. A file from somebody else may hold triggers and views that run
 * when we write, columns that compute, and types that we do not expect; it is refused before anything in it is used.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { IN_MEMORY, openDatabase, type Database, type Row } from './database.ts';
import { MIGRATIONS_TABLE, migrate, type Migration } from './migrations.ts';

/** More entries than any version of ours has; what is beyond is not read. */
const MAX_ENTRIES = 500;
const ENTRIES = `SELECT type, name, tbl_name AS 'table', sql FROM sqlite_master ORDER BY type, name LIMIT ${MAX_ENTRIES}`;
/** Kept by SQLite itself; a name of this kind cannot be given by a statement, but can be by whoever writes the file's bytes. */
const OF_SQLITE = /^sqlite_(?:autoindex_\w+|sequence|stat[1-4])$/;

/** The text of a statement without what means nothing: comments and white space may change between versions. */
const plain = (sql: unknown): string =>
  String(sql ?? '')
    .replace(/--[^\n]*/g, ' ')
    .replace(/\/\*.*?\*\//gs, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .trim();

const isOfSqlite = ({ type, name }: Row): boolean => OF_SQLITE.test(String(name)) && (type === 'table' || type === 'index');
const keyOf = ({ type, name, table, sql }: Row): string => JSON.stringify([type, name, table, plain(sql)]);

/** What a file has that is at a step, by the steps' numbers. */
const expected = new WeakMap<readonly Migration[], Map<number, Promise<ReadonlySet<string>>>>();

async function entriesAt(steps: readonly Migration[], reached: number): Promise<ReadonlySet<string>> {
  const database = await openDatabase(IN_MEMORY);
  try {
    await migrate(
      database,
      steps.filter(({ number }) => number <= reached),
    );
    return new Set((await database.all(ENTRIES)).filter((row) => !isOfSqlite(row)).map(keyOf));
  } finally {
    await database.close();
  }
}

function expectedAt(steps: readonly Migration[], reached: number): Promise<ReadonlySet<string>> {
  let known = expected.get(steps);
  if (!known) expected.set(steps, (known = new Map()));
  let entries = known.get(reached);
  if (!entries) known.set(reached, (entries = entriesAt(steps, reached)));
  return entries;
}

/**
 * Refuses a file whose schema is not what `steps` have made. A new and empty one passes.
 * @param applicationId what the file must say that it is; 0 where nothing is set
 * @throws ContractError `foreign` naming what is not ours, `newer`; nothing is changed
 */
export async function refuseForeign(database: Database, steps: readonly Migration[], applicationId = 0): Promise<void> {
  const rows = await database.all(ENTRIES);
  if (rows.length === 0) return;
  const refuse = (what: string): never => {
    throw new ContractError('database-foreign', { file: database.file, what });
  };
  for (const [pragma, wanted] of [
    ['application_id', applicationId],
    ['user_version', 0],
  ] as const) {
    const found = (await database.get(`PRAGMA ${pragma}`))?.[pragma];
    if (found !== wanted) refuse(`its ${pragma} is ${found}`);
  }
  const migrations = rows.find(({ name }) => name === 'migrations');
  if (!migrations || migrations['type'] !== 'table' || plain(migrations['sql']) !== plain(MIGRATIONS_TABLE))
    refuse('it has no list of steps');
  const reached = Number((await database.get('SELECT max(number) AS number FROM migrations'))?.['number'] ?? 0);
  // A newer one is refused by `migrate`, which says so; its tables cannot be known here.
  if (reached > Math.max(...steps.map(({ number }) => number))) return migrate(database, steps);
  const ours = new Set(await expectedAt(steps, reached));
  for (const row of rows) {
    if (isOfSqlite(row) || ours.delete(keyOf(row))) continue;
    refuse(`its ${String(row['type'])} "${printable(row['name'])}" is not one of ours`);
  }
  const [missing] = ours;
  if (missing !== undefined) refuse(`it has no ${(JSON.parse(missing) as string[]).slice(0, 2).join(' ')}`);
}

const printable = (name: unknown): string =>
  String(name)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 60);
