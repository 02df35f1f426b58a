/** Names for whoever completes a word in a shell: read from the library's file as it is, without opening the library. */
import { existsSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import type { Home } from './home.ts';

const QUERIES = {
  machines: 'SELECT name FROM machines WHERE deleted_at IS NULL ORDER BY name',
  binned: 'SELECT name FROM machines WHERE deleted_at IS NOT NULL ORDER BY name',
  networks: 'SELECT name FROM networks ORDER BY name',
  snapshots: `SELECT DISTINCT snapshots.name FROM snapshots JOIN machines ON machines.id = snapshots.machine
    WHERE machines.name = ? AND machines.deleted_at IS NULL AND snapshots.deleted_at IS NULL ORDER BY snapshots.sequence DESC`,
} as const;
export type NameKind = keyof typeof QUERIES;

/** What is there of a kind; nothing where the file cannot be read. @param machine whose snapshots are meant */
export function storedNames(home: Pick<Home, 'library'>, kind: NameKind, machine?: string): Promise<readonly string[]> {
  if (!existsSync(home.library)) return Promise.resolve([]);
  return new Promise((resolve) => {
    const database = new sqlite3.Database(home.library, sqlite3.OPEN_READONLY, (refused) => {
      if (refused) return resolve([]);
      database.all<{ name: string }>(QUERIES[kind], machine === undefined ? [] : [machine], (error, rows) => {
        database.close();
        resolve(error ? [] : rows.map(({ name }) => name));
      });
    });
  });
}
