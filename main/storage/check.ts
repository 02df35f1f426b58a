/**
 * The full check: every block unpacked, every chunk's SHA-256 compared, every manifest read and its chunks looked for.
 * A damaged chunk is noted as lost, so that nothing new is built on it and storing the same bytes again mends it.
 */
import { isError } from '../../preload/contract/errors/contract-error.ts';
import type { Database, Row, Statements } from '../library/database.ts';
import { unpackBlock, type Block } from './block.ts';
import { hashOf, type ChunkId } from './chunk.ts';
import { named, type Manifest, type Manifests } from './manifests.ts';
import { NumberSet } from './number-set.ts';

export interface CheckReport {
  /** SQLite's own complaints about the file; empty when it has none. */
  readonly file: readonly string[];
  readonly chunksChecked: number;
  /** Chunks whose bytes are lost, those found by earlier checks included. */
  readonly damaged: readonly ChunkId[];
  /** What is affected: manifests with the positions whose chunk is damaged or gone; `unreadable` when the list itself is. */
  readonly affected: readonly { readonly manifest: Manifest; readonly unreadable: boolean; readonly positions: readonly number[] }[];
}

/** Checks everything. Only one call at a time, and none beside a change. */
export async function checkAll(database: Database, manifests: Manifests): Promise<CheckReport> {
  const file = await checkFile(database);
  let chunksChecked = 0;
  const found: ChunkId[] = [];
  for (let block = await after(database, 0); block !== undefined; block = await after(database, block)) {
    const { checked, damaged } = await checkBlock(database, block);
    chunksChecked += checked;
    found.push(...damaged);
  }
  if (found.length > 0) await database.transaction((statements) => noteLost(statements, JSON.stringify(found)));
  const lost = await database.all('SELECT number FROM chunks WHERE block IS NULL ORDER BY number');
  return {
    file,
    chunksChecked,
    damaged: lost.map((row) => Number(row['number'])),
    affected: await affectedManifests(database, manifests),
  };
}

/** SQLite's complaints that remain after its indexes, which follow from the tables, have been made anew. */
async function checkFile(database: Database): Promise<readonly string[]> {
  const complaints = async () => {
    const rows = await database.all('PRAGMA integrity_check(20)');
    return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok');
  };
  try {
    if ((await complaints()).length === 0) return [];
    await database.script('REINDEX').catch(() => undefined);
    return await complaints();
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The chunks stay known by their hash, to be mended; blocks with nothing else in them go. */
async function noteLost(statements: Statements, numbers: string): Promise<void> {
  const rows = await statements.all('SELECT DISTINCT block FROM chunks WHERE number IN (SELECT value FROM json_each(?))', numbers);
  await statements.run('UPDATE chunks SET block = NULL WHERE number IN (SELECT value FROM json_each(?))', numbers);
  await statements.run(
    'DELETE FROM blocks WHERE id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM chunks WHERE block = blocks.id)',
    JSON.stringify(rows.map((row) => row['block'])),
  );
}

/** The next block that has chunks. */
async function after(database: Database, block: number): Promise<number | undefined> {
  const row = await database.get('SELECT min(block) AS next FROM chunks WHERE block > ?', block);
  return row?.['next'] === null || row === undefined ? undefined : Number(row['next']);
}

async function checkBlock(database: Database, block: number): Promise<{ checked: number; damaged: ChunkId[] }> {
  const chunks = await database.all('SELECT number, hash, start, length FROM chunks WHERE block = ?', block);
  let whole: Uint8Array | undefined;
  try {
    const row = await database.get('SELECT codec, raw, bytes FROM blocks WHERE id = ?', block);
    if (row) whole = await unpackBlock(row as unknown as Block);
  } catch {
    // Unreadable: all of its chunks are damaged.
  }
  const isGood = ({ hash, start, length }: Row) =>
    whole !== undefined && hashOf(whole.subarray(Number(start), Number(start) + Number(length))).equals(hash as Uint8Array);
  const damaged = chunks.filter((row) => !isGood(row)).map(({ number }) => Number(number));
  return { checked: chunks.length, damaged };
}

async function affectedManifests(database: Database, manifests: Manifests): Promise<CheckReport['affected']> {
  const affected: { manifest: Manifest; unreadable: boolean; positions: number[] }[] = [];
  for (const manifest of await manifests.list()) {
    try {
      const entries = await manifests.read(manifest.id);
      const lost = await lostOf(database, entries);
      const positions = [...entries.keys()].filter((position) => lost.has(entries[position]!));
      if (positions.length > 0) affected.push({ manifest, unreadable: false, positions });
    } catch (error) {
      if (!isError(error, 'manifest-damaged')) throw error;
      affected.push({ manifest, unreadable: true, positions: [] });
    }
  }
  return affected;
}

/** Which of the chunks are damaged or gone. */
export async function lostOf(
  database: Pick<Database, 'get' | 'all'>,
  entries: Iterable<ChunkId | undefined>,
): Promise<ReadonlySet<number>> {
  const numbers = new NumberSet();
  for (const number of named(entries)) numbers.add(number);
  const rows = await database.all(
    `SELECT run.value ->> 0 AS first, run.value ->> 1 AS last FROM json_each(?) AS run WHERE run.value ->> 1 - run.value ->> 0 + 1 <>
     (SELECT count(*) FROM chunks WHERE number BETWEEN run.value ->> 0 AND run.value ->> 1 AND block IS NOT NULL)`,
    JSON.stringify([...numbers.runs()]),
  );
  const lost = new Set<number>();
  for (const row of rows) {
    const first = Number(row['first']);
    const last = Number(row['last']);
    const there = await database.all('SELECT number FROM chunks WHERE number BETWEEN ? AND ? AND block IS NOT NULL', first, last);
    const good = new Set(there.map(({ number }) => Number(number)));
    for (let number = first; number <= last; number++) if (!good.has(number)) lost.add(number);
  }
  return lost;
}
