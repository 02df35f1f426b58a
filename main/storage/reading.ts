/**
 * Reading chunks. Every answer is checked against the chunk's SHA-256. Works beside the one writer, from any thread of
 * any process: a reader has its own connection and only reads.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { RecentlyUsed } from '../../emulator/structures/recently-used.ts';
import { openDatabase, type Database, type Row } from '../library/database.ts';
import { unpackBlock, type Block } from './block.ts';
import { hashOf, SMALLEST_CHUNK, ZERO, type ChunkId } from './chunk.ts';
import { manifestsOver, type Manifests } from './manifests.ts';
import { explained } from './storage-error.ts';

/** Unpacked blocks kept: 2 MiB, so that neighbours of a page just read cost almost nothing. */
const KEPT_BLOCKS = 32;
/** How often a chunk that a collection is just moving is looked up again. */
const LOOKUPS = 3;

export interface ChunkReader {
  readonly manifests: Manifests;
  /**
   * A chunk's bytes, for the caller to keep.
   * @param zeroBytes how long the answer for `ZERO` is to be
   * @throws ContractError `missing`; ContractError naming the chunk
   */
  get(id: ChunkId, zeroBytes?: number): Promise<Uint8Array>;
  /** Several at once, in the order asked for: the way to read many. */
  getMany(ids: readonly ChunkId[], zeroBytes?: number): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/**
 * Opens a store for reading only, beside the program (or thread) that writes it. A thread must close its reader before
 * it is terminated: the package `sqlite3` ends the whole process when a thread goes with a statement under way.
 * @throws ContractError when there is no such store or it cannot be opened
 */
export function openReader(file: string): Promise<ChunkReader> {
  return explained(file, async () => {
    if (!existsSync(file)) throw new ContractError('store-absent', { file });
    const database = await openDatabase(file);
    try {
      await database.script('PRAGMA busy_timeout = 3000; PRAGMA query_only = ON');
      await database.get('SELECT unswept FROM state');
    } catch (error) {
      await database.close();
      throw error;
    }
    return readerOver(database);
  });
}

/** A reader over a connection, which it closes with itself. */
export function readerOver(database: Database): ChunkReader {
  const { file } = database;
  const kept = new RecentlyUsed<number, Uint8Array>(KEPT_BLOCKS);

  /** The block's bytes before compression; `undefined` when there is no such block (any more). */
  async function block(id: number): Promise<Uint8Array | undefined> {
    const known = kept.get(id);
    if (known) return known;
    const row = await database.get('SELECT codec, raw, bytes FROM blocks WHERE id = ?', id);
    if (!row) return undefined;
    const bytes = await unpackBlock(row as unknown as Block);
    kept.put(id, bytes);
    return bytes;
  }

  async function locate(ids: readonly ChunkId[]): Promise<ReadonlyMap<number, Row>> {
    const rows = await database.all(
      'SELECT c.number, c.hash, c.block, c.start, c.length FROM json_each(?) AS wanted CROSS JOIN chunks AS c ON c.number = wanted.value',
      JSON.stringify(ids),
    );
    return new Map(rows.map((row) => [Number(row['number']), row]));
  }

  async function read(id: ChunkId, row: Row | undefined, lookups: number): Promise<Uint8Array> {
    if (!row) throw new ContractError('chunk-missing', { chunk: id });
    if (row['block'] === null) throw new ContractError('chunk-damaged', { chunk: id, why: 'found by an earlier check' });
    let whole: Uint8Array | undefined;
    try {
      whole = await block(Number(row['block']));
    } catch (error) {
      throw new ContractError('chunk-damaged', { chunk: id, why: (error as Error).message });
    }
    // A collection may have moved the chunk between the two statements.
    if (!whole && lookups > 1) return read(id, (await locate([id])).get(id), lookups - 1);
    if (!whole) throw new ContractError('chunk-damaged', { chunk: id, why: `its block ${Number(row['block'])} is gone` });
    const start = Number(row['start']);
    const bytes = new Uint8Array(whole.subarray(start, start + Number(row['length'])));
    if (!hashOf(bytes).equals(row['hash'] as Uint8Array))
      throw new ContractError('chunk-damaged', { chunk: id, why: 'its checksum differs' });
    return bytes;
  }

  async function getMany(ids: readonly ChunkId[], zeroBytes = SMALLEST_CHUNK): Promise<Uint8Array[]> {
    const rows = await locate([...new Set(ids)].filter((id) => id !== ZERO));
    const answers: Uint8Array[] = [];
    for (const id of ids) answers.push(id === ZERO ? new Uint8Array(zeroBytes) : await read(id, rows.get(id), LOOKUPS));
    return answers;
  }

  return {
    manifests: manifestsOver(database),
    get: (id, zeroBytes) => explained(file, async () => (await getMany([id], zeroBytes))[0]!),
    getMany: (ids, zeroBytes) => explained(file, () => getMany(ids, zeroBytes)),
    close: () => database.close(),
  };
}
