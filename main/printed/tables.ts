/** The tables of the file that keeps what consoles printed, as numbered steps: a released step is never edited. */
import type { Database } from '../library/database.ts';
import { migrate, type Migration } from '../library/migrations.ts';
import { refuseForeign } from '../library/schema-check.ts';

const steps: readonly Migration[] = [
  {
    number: 1,
    name: 'parts of what consoles printed, and their texts',
    sql: `
      -- id ascends in the order in which parts were written. position: as in the library's console_history.
      -- marks: JSON, [[offset, milliseconds since the epoch], ...]: what follows the offset was printed then, 0: unknown.
      -- bytes: zstd; size: their length. indexed: whether texts has the part's lines.
      CREATE TABLE parts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        machine TEXT NOT NULL,
        console INTEGER NOT NULL,
        position INTEGER NOT NULL,
        length INTEGER NOT NULL,
        size INTEGER NOT NULL,
        indexed INTEGER NOT NULL,
        marks TEXT NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX parts_by_place ON parts (machine, console, position);
      CREATE INDEX parts_by_machine ON parts (machine, size);
      CREATE INDEX parts_unindexed ON parts (id) WHERE indexed = 0;
      -- Which parts have which three letters in a row (fts5, "The Trigram Tokenizer"); the text itself is in parts.
      CREATE VIRTUAL TABLE texts USING fts5 (text, content='', contentless_delete=1, detail=none, tokenize='trigram');
    `,
  },
];

/** Makes a new file ready, or an older one new. What a power failure takes of it is still in the library or of little worth. */
export async function prepare(database: Database): Promise<void> {
  await database.script('PRAGMA busy_timeout = 3000');
  await refuseForeign(database, steps);
  await database.script('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  await migrate(database, steps);
}
