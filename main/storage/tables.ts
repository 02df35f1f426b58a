/** The tables of a storage file as numbered steps, like the library's: a released step is never edited. */
import type { Database } from '../library/database.ts';
import { migrate, type Migration } from '../library/migrations.ts';
import { refuseForeign } from '../library/schema-check.ts';

const steps: readonly Migration[] = [
  {
    number: 1,
    name: 'chunks, blocks and manifests',
    sql: `
      -- Up to 64 KiB of chunks, compressed together. codec 0: as they are, 1: zstd. raw: length before compression.
      -- contents: [[number, length], ...] at the time of writing; digest: SHA-256 of the chunks' hashes and of contents.
      -- Both are for salvaging only: what stands in chunks goes before.
      CREATE TABLE blocks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        codec INTEGER NOT NULL,
        raw INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        contents TEXT NOT NULL,
        digest BLOB NOT NULL
      ) STRICT;
      -- block is NULL for a chunk whose bytes were found damaged; storing the same bytes again mends it.
      CREATE TABLE chunks (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        hash BLOB NOT NULL UNIQUE,
        block INTEGER REFERENCES blocks (id),
        start INTEGER NOT NULL,
        length INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX chunks_by_block ON chunks (block);
      CREATE TABLE manifests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        chunk_bytes INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        digest BLOB NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE INDEX manifests_by_owner ON manifests (owner);
      -- One row: is there anything that a collection could find?
      CREATE TABLE state (unswept INTEGER NOT NULL) STRICT;
      INSERT INTO state (unswept) VALUES (0);
    `,
  },
];

/**
 * Makes a new file ready, or an older one new.
 * @param maximumBytes the file is not to grow beyond this
 */
export async function prepare(database: Database, maximumBytes?: number): Promise<void> {
  await database.script('PRAGMA busy_timeout = 3000');
  await refuseForeign(database, steps);
  // auto_vacuum only takes effect before the first table; afterwards the file remembers it.
  await database.script('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
  await database.script('PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL');
  await migrate(database, steps);
  if (maximumBytes !== undefined) {
    const size = Number((await database.get('PRAGMA page_size'))?.['page_size']);
    await database.all(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maximumBytes / size))}`);
  }
}
