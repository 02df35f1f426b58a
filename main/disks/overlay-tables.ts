/**
 * An overlay file: what was written to one disk since its settled content. Rows are only ever added at the end, so that
 * random writes cost what sequential ones do; what is superseded is removed in the background.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDatabase, type Database } from '../library/database.ts';
import { migrate, type Migration } from '../library/migrations.ts';
import { refuseForeign } from '../library/schema-check.ts';
import { overlayExplained } from './overlay-error.ts';

/**
 * Measured (MiB/s of 4 MiB commits; one 4 KiB write with flush; 32 of them with one flush): 4 KiB pages 250, 0.18 ms,
 * 1.4 ms; 16 KiB pages 240, 0.18 ms, 0.40 ms and a fifth of the file empty; 64 KiB pages 450, 0.25 ms, 0.37 ms. Fifteen
 * rows fill 94 % of a page of 64 KiB.
 */
const PAGE_BYTES = 65_536;
/** `VIVO` in ASCII: tells an overlay from any other database. */
const APPLICATION_ID = 0x5649_564f;

const steps: readonly Migration[] = [
  {
    number: 1,
    name: 'rows and state',
    sql: `
      -- place: ascending in the order of writing, never used again; the row with the highest place of a cluster counts.
      -- generation: snapshot points divide the rows; those of a snapshot's generation or before belong to it.
      -- count 0: bytes are the cluster's 4096, then CRC-32 of them, started with the cluster's number (little-endian).
      -- count n: the n clusters from this one on are zeros; no bytes.
      CREATE TABLE clusters (
        place INTEGER PRIMARY KEY,
        cluster INTEGER NOT NULL,
        count INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        bytes BLOB
      ) STRICT;
      -- One row. generation: rows of earlier ones are complete. settled_version: the version of the head's content in the
      -- store (NULL: there is none); it holds all rows up to settled_generation.
      CREATE TABLE state (
        generation INTEGER NOT NULL,
        settled_version INTEGER,
        settled_generation INTEGER NOT NULL
      ) STRICT;
      INSERT INTO state VALUES (1, NULL, 0);
    `,
  },
];

/** The state of an overlay. */
export interface OverlayState {
  /** The generation that is being written; those before are complete in the file. */
  readonly generation: number;
  /** Version of the head's content in the store, `undefined` where there is none. */
  readonly settledVersion: number | undefined;
  /** Rows up to this generation are in that content. */
  readonly settledGeneration: number;
}

/** The same database, with errors that name the overlay. */
function explaining(database: Database): Database {
  const { file } = database;
  return {
    file,
    run: (sql, ...values) => overlayExplained(file, () => database.run(sql, ...values)),
    all: (sql, ...values) => overlayExplained(file, () => database.all(sql, ...values)),
    get: (sql, ...values) => overlayExplained(file, () => database.get(sql, ...values)),
    script: (sql) => overlayExplained(file, () => database.script(sql)),
    transaction: (work) => overlayExplained(file, () => database.transaction(work)),
    close: () => database.close(),
  };
}

const open = (file: string) => overlayExplained(file, async () => explaining(await openDatabase(file)));

/** Opens an overlay file for writing, making it where it is absent, ready to be used. @throws ContractError */
export async function openOverlayFile(file: string): Promise<Database> {
  await overlayExplained(file, async () => mkdirSync(dirname(file), { recursive: true, mode: 0o700 }));
  const database = await open(file);
  try {
    await database.script('PRAGMA busy_timeout = 5000');
    await overlayExplained(file, () => refuseForeign(database, steps, APPLICATION_ID));
    await database.script(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
    await database.script('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const isNew = !(await database.get('SELECT 1 AS found FROM sqlite_master'));
    if (isNew) await database.script(`PRAGMA application_id = ${APPLICATION_ID}`);
    await overlayExplained(file, () => migrate(database, steps));
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
  return database;
}

/** Opens an overlay file beside its writer, for reading only. @throws ContractError */
export async function openOverlayReader(file: string): Promise<Database> {
  const database = await open(file);
  await database.script('PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0');
  return database;
}

/** Reads the state. @throws ContractError when the file is damaged */
export async function readOverlayState(database: Database): Promise<OverlayState> {
  const row = await database.get('SELECT generation, settled_version, settled_generation FROM state');
  if (!row) throw new ContractError('overlay-state-missing', { file: database.file });
  return {
    generation: Number(row['generation']),
    settledVersion: row['settled_version'] === null ? undefined : Number(row['settled_version']),
    settledGeneration: Number(row['settled_generation']),
  };
}
