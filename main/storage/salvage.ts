/**
 * Salvage: what can still be read of a store whose file no longer opens (cut off, or damaged in SQLite's own pages), put
 * into a new one. The damaged file is only read.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { openDatabase, type Database, type Row, type Value } from '../library/database.ts';
import { unpackBlock, type Block } from './block.ts';
import { hashOf } from './chunk.ts';
import { explained } from './storage-error.ts';
import { prepare } from './tables.ts';
import { blockDigest } from './writing.ts';

/** Rows read in one statement while the file gives them. */
const ROWS_AT_ONCE = 64;

export interface Salvaged {
  readonly blocks: number;
  readonly chunks: number;
  readonly manifests: number;
}

/**
 * Copies every block, chunk and manifest that can be read into a new store; chunks keep their numbers, those without
 * their bytes are noted as lost. Open the new store and `check()` it to see what is affected.
 * @param damaged the file to be read; nobody may have it open
 * @param fresh a file that does not exist yet
 * @throws ContractError when not even the tables can be found, or the new file cannot be written
 */
export function salvage(damaged: string, fresh: string): Promise<Salvaged> {
  return explained(damaged, async () => {
    if (existsSync(fresh)) throw new ContractError('store-exists', { file: fresh });
    const from = await openDatabase(damaged);
    const to = await openDatabase(fresh);
    try {
      // SQLite refuses a file shorter than its header says, unless it is told that repair is under way.
      await from.script('PRAGMA writable_schema = ON; PRAGMA query_only = ON');
      await prepare(to);
      const blocks = await copyTable(from, to, 'blocks', 'id', ['id', 'codec', 'raw', 'bytes', 'contents', 'digest']);
      const known = await copyTable(from, to, 'chunks', 'number', ['number', 'hash', 'block', 'start', 'length']);
      const chunks = known + (await chunksFromBlocks(to));
      const manifests = await copyTable(from, to, 'manifests', 'id', [
        ...['id', 'owner', 'name', 'chunk_bytes', 'entries', 'made_at', 'digest', 'body'],
      ]);
      await to.run('UPDATE state SET unswept = 1');
      return { blocks, chunks, manifests };
    } finally {
      await from.close();
      await to.close();
    }
  });
}

/** Copies what can be read of a table, row by row where a group of rows cannot. */
async function copyTable(from: Database, to: Database, table: string, key: string, columns: readonly string[]): Promise<number> {
  const last = await lastKey(from, table, key);
  let copied = 0;
  for (let first = 1; first <= last; first += ROWS_AT_ONCE) {
    const rows = await readableRows(from, table, key, columns, first);
    copied += await to.transaction(async (statements) => {
      let inserted = 0;
      for (const row of rows) {
        const values: Value[] = columns.map((column) => row[column]!);
        // A chunk whose block is gone is kept as lost. A row that the tables' rules refuse is damaged itself.
        const marks = columns.map((column) => (column === 'block' ? '(SELECT id FROM blocks WHERE id = ?)' : '?'));
        const sql = `INSERT OR IGNORE INTO ${table} (${columns.join()}) VALUES (${marks.join()})`;
        inserted += await statements.run(sql, ...values).then(({ changes }) => changes, noneIfRefused);
      }
      return inserted;
    });
  }
  // Numbers are never given twice, those of lost rows included.
  await to.run('DELETE FROM sqlite_sequence WHERE name = ?', table);
  await to.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', table, last);
  return copied;
}

function noneIfRefused(error: unknown): number {
  if ((error as { code?: string }).code === 'SQLITE_CONSTRAINT') return 0;
  throw error;
}

/** Chunks whose row is lost, found again in the blocks that hold them: the newest first, as it is the one that counted. */
async function chunksFromBlocks(to: Database): Promise<number> {
  let found = 0;
  const ids = await to.all('SELECT id FROM blocks ORDER BY id DESC');
  for (const { id } of ids) {
    const row = (await to.get('SELECT codec, raw, bytes, contents, digest FROM blocks WHERE id = ?', id!))!;
    const contents = contentsOf(row);
    const numbers = JSON.stringify(contents.map(([number]) => number));
    const there = await to.get('SELECT count(*) AS count FROM chunks WHERE number IN (SELECT value FROM json_each(?))', numbers);
    if (Number(there?.['count']) < contents.length) found += await chunksFromBlock(to, Number(id), row, contents);
  }
  await to.run('DELETE FROM blocks WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE block = blocks.id)');
  return found;
}

/** A list that damage made unreadable is as good as empty. */
function contentsOf(row: Row): readonly [number, number][] {
  try {
    return JSON.parse(String(row['contents'])) as [number, number][];
  } catch {
    return [];
  }
}

async function chunksFromBlock(to: Database, id: number, row: Row, contents: readonly [number, number][]): Promise<number> {
  const whole = await unpackBlock(row as unknown as Block).catch(() => undefined);
  if (!whole) return 0;
  let end = 0;
  const pieces = contents.map(([number, length]) => {
    const start = end;
    end += length;
    return { number, start, length, hash: hashOf(whole.subarray(start, end)) };
  });
  if (!blockDigest(pieces, String(row['contents'])).equals(row['digest'] as Uint8Array)) return 0;
  return to.transaction(async (statements) => {
    let inserted = 0;
    for (const { number, hash, start, length } of pieces) {
      const sql = 'INSERT OR IGNORE INTO chunks (number, hash, block, start, length) VALUES (?, ?, ?, ?, ?)';
      inserted += (await statements.run(sql, number, hash, id, start, length)).changes;
    }
    return inserted;
  });
}

/** The highest key ever given, as SQLite noted it, or, where that is lost, the highest that can be found. */
async function lastKey(from: Database, table: string, key: string): Promise<number> {
  const noted = await from.get('SELECT seq FROM sqlite_sequence WHERE name = ?', table).catch(() => undefined);
  if (noted) return Number(noted['seq']);
  const found = await from.get(`SELECT max(${key}) AS last FROM ${table}`);
  return Number(found?.['last'] ?? 0);
}

async function readableRows(
  from: Database,
  table: string,
  key: string,
  columns: readonly string[],
  first: number,
): Promise<readonly Row[]> {
  const select = (low: number, high: number) => from.all(`SELECT ${columns.join()} FROM ${table} WHERE ${key} BETWEEN ? AND ?`, low, high);
  try {
    return await select(first, first + ROWS_AT_ONCE - 1);
  } catch {
    const rows: Row[] = [];
    for (let one = first; one < first + ROWS_AT_ONCE; one++) rows.push(...(await select(one, one).catch(() => [])));
    return rows;
  }
}
