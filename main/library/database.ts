/**
 * SQLite by promises: one connection, one statement at a time, and transactions that nobody else's statement can slip
 * into. Everything goes through one queue, because npm `sqlite3` runs statements of one connection on a thread pool.
 */
import { fileError } from './library-error.ts';
import sqlite3 from 'sqlite3';
import { turns } from '../../emulator/structures/in-turn.ts';
import { ownFile, requireOwnFile } from './own-files.ts';

export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;

/** Statements on a connection. Parameters are positional (`?`). */
export interface Statements {
  /** Runs one statement; answers with the number of rows changed and the last row id. */
  run(sql: string, ...values: readonly Value[]): Promise<{ changes: number; lastId: number }>;
  all(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>;
  get(sql: string, ...values: readonly Value[]): Promise<Row | undefined>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

export interface Database extends Statements {
  readonly file: string;
  /** Runs `work` in one immediate transaction: all of it is stored, or, when it throws, none of it. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** Waits for what is under way and closes the file. */
  close(): Promise<void>;
}

const bindable = (values: readonly Value[]) =>
  values.map((value) => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value));

function statementsOf(connection: sqlite3.Database): Statements {
  return {
    run: (sql, ...values) =>
      new Promise((resolve, reject) => {
        connection.run(sql, bindable(values), function (error) {
          if (error) reject(error);
          else resolve({ changes: this.changes, lastId: this.lastID });
        });
      }),
    all: (sql, ...values) =>
      new Promise((resolve, reject) => {
        connection.all<Row>(sql, bindable(values), (error, rows) => (error ? reject(error) : resolve(rows)));
      }),
    get: (sql, ...values) =>
      new Promise((resolve, reject) => {
        connection.get<Row>(sql, bindable(values), (error, row) => (error ? reject(error) : resolve(row)));
      }),
    script: (sql) =>
      new Promise((resolve, reject) => {
        connection.exec(sql, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

async function inTransaction<T>(statements: Statements, work: (statements: Statements) => Promise<T>): Promise<T> {
  await statements.script('BEGIN IMMEDIATE');
  try {
    const result = await work(statements);
    await statements.script('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled back already; then this fails, and the first error is the one to report.
    await statements.script('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const isOfSqlite = (error: unknown) => String((error as { code?: unknown }).code ?? '').startsWith('SQLITE_');

/** SQLite's name for a database without a file. */
export const IN_MEMORY = ':memory:';

/**
 * Opens (or, where absent, creates) a database file, closed to other users. Everything SQLite refuses is rejected with a
 * `ContractError`, and so is a file of another user.
 */
export async function openDatabase(file: string): Promise<Database> {
  try {
    if (file !== IN_MEMORY) ownFile(file);
  } catch (error) {
    throw fileError('library', file, error);
  }
  const database = await connect(file);
  // What a file's schema says is not to be believed: its functions and views run with no more rights than a query's.
  await database.script('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return database;
}

/** Opens a database file that is there, of this user's own, only to be read. @throws ContractError */
export async function openToRead(file: string): Promise<Database> {
  requireOwnFile(file, 'the library');
  const database = await connect(file, sqlite3.OPEN_READONLY);
  await database.script('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return database;
}

function connect(file: string, mode = sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE): Promise<Database> {
  return new Promise((resolve, reject) => {
    const connection = new sqlite3.Database(file, mode, (error) =>
      error ? reject(fileError('library', file, error)) : resolve(queued(file, connection)),
    );
  });
}

function queued(file: string, connection: sqlite3.Database): Database {
  const direct = statementsOf(connection);
  const inTurn = turns();
  const enqueue = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(work).catch((error: unknown) => {
      throw isOfSqlite(error) ? fileError('library', file, error) : error;
    });
  return {
    file,
    run: (sql, ...values) => enqueue(() => direct.run(sql, ...values)),
    all: (sql, ...values) => enqueue(() => direct.all(sql, ...values)),
    get: (sql, ...values) => enqueue(() => direct.get(sql, ...values)),
    script: (sql) => enqueue(() => direct.script(sql)),
    transaction: (work) => enqueue(() => inTransaction(direct, work)),
    close: () => enqueue(() => new Promise<void>((resolve, reject) => connection.close((error) => (error ? reject(error) : resolve())))),
  };
}
