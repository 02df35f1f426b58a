/**
 * Collection: marks what manifests name and removes the rest. Nothing is counted, so no counter can be wrong. Blocks
 * that became half empty are written anew, and the space goes back to the file system.
 */
import { isError } from '../../preload/contract/errors/contract-error.ts';
import type { Database, Statements } from '../library/database.ts';
import { inBlocks, packBlocks, unpackBlock, type Block } from './block.ts';
import { hashOf } from './chunk.ts';
import type { ManifestSets } from './manifest-sets.ts';
import type { ManifestId } from './manifests.ts';
import { NumberSet, type Run } from './number-set.ts';
import { writeBlocks, type Piece } from './writing.ts';

export interface Collected {
  readonly chunks: number;
  /** Damaged manifests, whose chunks are unknown. While there are any, nothing is removed: mend or delete them first. */
  readonly blockedBy: readonly ManifestId[];
}

/** Runs of numbers swept in one transaction. */
const RUNS_AT_ONCE = 1000;
/** Pages given back in one statement: 16 MiB. */
const PAGES_AT_ONCE = 4096;
/** A block with less than this part of it in use is written anew. */
const WORTH_KEEPING = 0.7;

/**
 * Removes every chunk that no manifest names. Only one call at a time, and none beside a change.
 * @param held chunks that are about to be named
 */
export async function collectUnnamed(database: Database, sets: ManifestSets, held: Iterable<number>): Promise<Collected> {
  const live = new NumberSet();
  const blockedBy: ManifestId[] = [];
  for (const { id } of await sets.list()) {
    try {
      live.addAll(await sets.of(id));
    } catch (error) {
      if (!isError(error, 'manifest-damaged')) throw error;
      blockedBy.push(id);
    }
  }
  if (blockedBy.length > 0) return { chunks: 0, blockedBy };
  let isHeld = false;
  for (const number of held) {
    live.add(number);
    isHeld = true;
  }
  const end = Number((await database.get('SELECT max(number) AS last FROM chunks'))?.['last'] ?? 0);
  const gaps = [...live.gaps(end)];
  let chunks = 0;
  for (let at = 0; at < gaps.length; at += RUNS_AT_ONCE) {
    chunks += await database.transaction((statements) => sweep(statements, gaps.slice(at, at + RUNS_AT_ONCE)));
  }
  await giveBack(database);
  // What is held would be lost track of if the program ended now.
  if (!isHeld) await database.run('UPDATE state SET unswept = 0');
  return { chunks, blockedBy };
}

/** CROSS, as SQLite then looks up each run; left to choose, it compares every chunk with every run. */
const IN_RUNS = 'json_each(?) AS run CROSS JOIN chunks AS c ON c.number BETWEEN run.value ->> 0 AND run.value ->> 1';

async function sweep(statements: Statements, runs: readonly Run[]): Promise<number> {
  const list = JSON.stringify(runs);
  const rows = await statements.all(`SELECT DISTINCT c.block FROM ${IN_RUNS} WHERE c.block IS NOT NULL`, list);
  const { changes } = await statements.run(`DELETE FROM chunks WHERE number IN (SELECT c.number FROM ${IN_RUNS})`, list);
  const touched = JSON.stringify(rows.map((row) => row['block']));
  await compact(statements, touched);
  await statements.run(
    'DELETE FROM blocks WHERE id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM chunks WHERE block = blocks.id)',
    touched,
  );
  return changes;
}

/** Moves the chunks of sparsely used blocks into new ones; they keep their numbers. */
async function compact(statements: Statements, touched: string): Promise<void> {
  const sparse = await statements.all(
    `SELECT b.id FROM json_each(?) AS t CROSS JOIN blocks AS b ON b.id = t.value JOIN chunks AS c ON c.block = b.id
     GROUP BY b.id HAVING sum(c.length) < b.raw * ${WORTH_KEEPING}`,
    touched,
  );
  const pieces: Piece[] = [];
  for (const { id } of sparse) pieces.push(...(await piecesOf(statements, Number(id))));
  if (pieces.length === 0) return;
  const groups = inBlocks(pieces, ({ bytes }) => bytes.length);
  await writeBlocks(statements, groups, await packBlocks(groups.map((group) => group.map(({ bytes }) => bytes))));
}

/** A block's chunks; none when one is damaged: such a block stays where it is, for a check to judge. */
async function piecesOf(statements: Statements, block: number): Promise<Piece[]> {
  const row = await statements.get('SELECT codec, raw, bytes FROM blocks WHERE id = ?', block);
  const whole = await unpackBlock(row as unknown as Block).catch(() => undefined);
  if (!whole) return [];
  const chunks = await statements.all('SELECT number, hash, start, length FROM chunks WHERE block = ? ORDER BY number', block);
  const pieces = chunks.map(({ number, hash, start, length }) => ({
    number: Number(number),
    hash: hash as Uint8Array,
    bytes: whole.subarray(Number(start), Number(start) + Number(length)),
    damaged: false,
  }));
  return pieces.every(({ hash, bytes }) => hashOf(bytes).equals(hash)) ? pieces : [];
}

/** Cuts freed pages off the file's end, a little at a time. */
async function giveBack(database: Database): Promise<void> {
  const free = async () => Number((await database.get('PRAGMA freelist_count'))?.['freelist_count']);
  for (let left = await free(), before = Infinity; left > 0 && left < before; before = left, left = await free())
    await database.all(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
  await database.all('PRAGMA wal_checkpoint(TRUNCATE)');
}
