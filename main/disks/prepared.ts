/** Prepared statements over npm `sqlite3`, for the few that run for every request of a guest. */
import sqlite3 from 'sqlite3';

export type Parameter = string | number | Uint8Array;

/** A connection without a queue: the caller runs one statement that writes at a time. Errors are SQLite's own. */
export interface Connection {
  prepare(sql: string): Promise<Prepared>;
  script(sql: string): Promise<void>;
  /** Ends prepared statements and closes. */
  close(): Promise<void>;
}

export interface Prepared {
  run(...parameters: readonly Parameter[]): Promise<void>;
  all<Row>(...parameters: readonly Parameter[]): Promise<Row[]>;
}

/** Opens a file that is there. */
export function connect(file: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READWRITE, (error) => {
      if (error) return reject(error);
      const statements: sqlite3.Statement[] = [];
      resolve({
        prepare: (sql) =>
          new Promise((done, fail) => {
            const statement = database.prepare(sql, (e) => (e ? fail(e) : done(preparedOver(statement))));
            statements.push(statement);
          }),
        script: (sql) => new Promise((done, fail) => database.exec(sql, (e) => (e ? fail(e) : done()))),
        async close() {
          await Promise.all(statements.map((statement) => new Promise<void>((done) => void statement.finalize(() => done()))));
          await new Promise<void>((done, fail) => database.close((e) => (e ? fail(e) : done())));
        },
      });
    });
  });
}

const preparedOver = (statement: sqlite3.Statement): Prepared => ({
  run: (...parameters) => new Promise((done, fail) => void statement.run(...parameters, (e: Error | null) => (e ? fail(e) : done()))),
  all: <Row>(...parameters: readonly Parameter[]) =>
    new Promise<Row[]>((done, fail) => void statement.all(...parameters, (e: Error | null, rows: Row[]) => (e ? fail(e) : done(rows)))),
});
