/**
 * The library's tables as numbered steps that run forward only. A step that has been released is never edited; a
 * change is a new step. Which steps a file has seen is a table in the file itself.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Database } from './database.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: 'machines, settings, console history, runs and the journal',
    sql: `
      CREATE TABLE machines (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        template TEXT,
        definition TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        deleted_at INTEGER
      ) STRICT;
      -- Two machines in use never share a name; the bin may hold any number of the same name.
      CREATE UNIQUE INDEX machines_by_name ON machines (name) WHERE deleted_at IS NULL;
      CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      -- position: offset of the chunk's first byte in all that the console ever printed.
      CREATE TABLE console_history (
        machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
        console INTEGER NOT NULL,
        position INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (machine, console, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        ending TEXT,
        reason TEXT
      ) STRICT;
      CREATE INDEX runs_by_machine ON runs (machine, started_at);
      CREATE TABLE journal (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        what TEXT NOT NULL,
        machine TEXT,
        before TEXT,
        after TEXT,
        undone_by INTEGER REFERENCES journal (id)
      ) STRICT;
      CREATE INDEX journal_by_machine ON journal (machine, id);
    `,
  },
  {
    number: 2,
    name: 'snapshots, heads of disks and the present of machines',
    sql: `
      -- machine is NULL for a template's booted state, which booted_key names.
      -- state: storing, ready, damaged. unfinished: JSON, where the disks' content still is while it is being stored.
      -- saved: cores and devices, zstd; NULL where only disks are in it. configuration: JSON, what it ran with.
      CREATE TABLE snapshots (
        id TEXT PRIMARY KEY,
        machine TEXT REFERENCES machines (id) ON DELETE CASCADE,
        booted_key TEXT UNIQUE,
        parent TEXT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        note TEXT NOT NULL,
        pinned INTEGER NOT NULL,
        protected INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        uptime_ms INTEGER NOT NULL,
        memory_mib INTEGER NOT NULL,
        paused INTEGER NOT NULL,
        thumbnail TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        own_bytes INTEGER NOT NULL DEFAULT 0,
        shared_bytes INTEGER NOT NULL DEFAULT 0,
        definition TEXT NOT NULL,
        configuration TEXT,
        disks TEXT NOT NULL,
        saved BLOB,
        unfinished TEXT,
        deleted_at INTEGER
      ) STRICT;
      CREATE INDEX snapshots_by_machine ON snapshots (machine, created_at);
      -- The end of each console at the snapshot point, zstd.
      CREATE TABLE snapshot_consoles (
        snapshot TEXT NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
        console INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (snapshot, console)
      ) STRICT, WITHOUT ROWID;
      -- The writable ends of disks. disk: the definition's id of it; present: the one that the machine uses now.
      CREATE TABLE heads (
        id TEXT PRIMARY KEY,
        machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
        disk TEXT NOT NULL,
        slot INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        base TEXT,
        throwaway INTEGER NOT NULL,
        present INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX heads_present ON heads (machine, disk) WHERE present = 1;
      -- The snapshot the present came after; suspended: a start goes on from its memory.
      ALTER TABLE machines ADD COLUMN present_parent TEXT;
      ALTER TABLE machines ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    number: 3,
    name: 'the order in which snapshots were taken',
    sql: `
      -- Ascends whatever the clock says; rows were inserted in that order before.
      ALTER TABLE snapshots ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
      UPDATE snapshots SET sequence = rowid;
      CREATE INDEX snapshots_by_sequence ON snapshots (sequence);
    `,
  },
  {
    number: 4,
    name: 'what a machine was to be at its next start',
    sql: `
      -- JSON: the definition then, where it had been changed since the machine was started.
      ALTER TABLE snapshots ADD COLUMN next_definition TEXT;
    `,
  },
  {
    number: 5,
    name: 'networks that machines share',
    sql: `
      -- subnet: the third byte of its addresses. host: the last byte of what a card is given, which stays the card's.
      CREATE TABLE networks (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subnet INTEGER NOT NULL UNIQUE,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE network_addresses (
        network TEXT NOT NULL REFERENCES networks (name) ON DELETE CASCADE,
        card TEXT NOT NULL,
        host INTEGER NOT NULL,
        PRIMARY KEY (network, card)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 6,
    name: 'what cards on a network have by default',
    sql: `
      -- JSON: reach and MTU, where they are said.
      ALTER TABLE networks ADD COLUMN settings TEXT;
    `,
  },
  {
    number: 7,
    name: 'ways to consoles that are opened again',
    sql: `
      -- request: JSON, as it is asked for (preload/contract/consoles.ts, DoorRequest), with the port or path that it got.
      CREATE TABLE doors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        machine TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
        console INTEGER NOT NULL,
        request TEXT NOT NULL
      ) STRICT;
      CREATE INDEX doors_by_machine ON doors (machine);
    `,
  },
];

/** Which steps a file has seen. */
export const MIGRATIONS_TABLE =
  'CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT';

/**
 * Brings the file to the newest step, each step in its own transaction.
 * @throws ContractError `newer` when the file has steps this program does not know; nothing is changed then
 */
export async function migrate(database: Database, steps: readonly Migration[] = migrations): Promise<void> {
  const known = Math.max(0, ...steps.map((step) => step.number));
  const table = await database.get(`SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`);
  const seen = table ? await database.get('SELECT max(number) AS number FROM migrations') : undefined;
  const reached = Number(seen?.['number'] ?? 0);
  if (reached > known) throw new ContractError('database-newer', { file: database.file, format: reached, known });
  const waiting = steps.filter(({ number }) => number > reached);
  for (const step of waiting) {
    await database.transaction(async (statements) => {
      if (step === waiting[0] && !table) await statements.script(MIGRATIONS_TABLE);
      await statements.script(step.sql);
      await statements.run('INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, ?)', step.number, step.name, Date.now());
    });
  }
}
