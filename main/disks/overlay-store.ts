/**
 * The overlay file of a running disk: rows added in one statement, rows read, room given back. One call that writes at a
 * time, by the caller; reading goes on beside it over a connection of its own, checkpoints over a third.
 */
import type { Database } from '../library/database.ts';
import { CLUSTER_BYTES, type Run } from './cluster.ts';
import { overlayExplained } from './overlay-error.ts';
import { clusterSum, ROW_BYTES } from './overlay-rows.ts';
import { openOverlayFile, readOverlayState, type OverlayState } from './overlay-tables.ts';
import type { Batch } from './pending-writes.ts';
import { connect, type Connection, type Prepared } from './prepared.ts';

/** Rows of one statement: 8 MiB. */
const ROWS_AT_ONCE = 2048;
/** From here the log is copied into the file in the background; from the second, commits wait for that. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024;
const CHECKPOINT_NOW_BYTES = 128 * 1024 * 1024;

/** Where a commit put a cluster (a negative place: with others in a row of zeros), in the order of writing. */
export interface Placed {
  readonly generation: number;
  readonly clusters: readonly number[];
  /** Their bytes, as they are in the file. */
  readonly bytes: readonly Uint8Array[];
  /** Place of the first; the others follow. */
  readonly place: number;
  readonly zeros: readonly (readonly [run: Run, place: number])[];
}

interface Parts {
  readonly keeper: Database;
  readonly writer: Connection;
  readonly reader: Connection;
  readonly throwaway: boolean;
  readonly insert: Prepared;
  readonly insertZeros: Prepared;
  readonly between: Prepared;
  readonly some: Prepared;
}

export class OverlayStore {
  readonly file: string;
  readonly #parts: Parts;
  #synchronous = '';
  #logBytes = 0;
  #checkpoint: Promise<void> | undefined;
  /** Most of the log is in the file; the rest, and then its beginning anew, belongs to the next commit. */
  #isCopied = false;

  /**
   * Opens a file, making it where it is absent.
   * @param throwaway nothing has to outlive the machine
   * @throws ContractError
   */
  static async open(file: string, throwaway: boolean): Promise<OverlayStore> {
    const opened: { close(): Promise<void> }[] = [];
    const connected = async () => {
      const connection = await connect(file);
      opened.unshift(connection);
      await connection.script('PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0');
      return connection;
    };
    try {
      const keeper = await openOverlayFile(file);
      opened.unshift(keeper);
      // It also begins the log anew, and must not wait long for readers while a commit waits for it.
      await keeper.script('PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = 250');
      const [writer, reader] = await Promise.all([connected(), connected()]);
      await writer.script(`PRAGMA journal_size_limit = ${CHECKPOINT_NOW_BYTES}`);
      await reader.script('PRAGMA query_only = ON; PRAGMA cache_size = -4096');
      const [insert, insertZeros, between, some] = await Promise.all([
        writer.prepare(
          `INSERT INTO clusters SELECT ?1 + key, value, 0, ?2, substr(?4, key * ${ROW_BYTES} + 1, ${ROW_BYTES}) FROM json_each(?3)`,
        ),
        writer.prepare('INSERT INTO clusters SELECT ?1 + key, value ->> 0, value ->> 1, ?2, NULL FROM json_each(?3)'),
        reader.prepare('SELECT place, bytes FROM clusters WHERE place BETWEEN ? AND ?'),
        reader.prepare('SELECT place, bytes FROM clusters WHERE place IN (SELECT value FROM json_each(?))'),
      ]);
      return new OverlayStore(file, { keeper, writer, reader, throwaway, insert, insertZeros, between, some });
    } catch (error) {
      for (const each of opened) await each.close().catch(() => undefined);
      return await overlayExplained(file, () => Promise.reject(error as Error));
    }
  }

  private constructor(file: string, parts: Parts) {
    this.file = file;
    this.#parts = parts;
  }

  /** For reading the directory of rows. */
  get database(): Database {
    return this.#parts.keeper;
  }

  state(): Promise<OverlayState> {
    return readOverlayState(this.#parts.keeper);
  }

  /**
   * Adds rows, all or none.
   * @param place of the first row
   * @param durable whether they must outlive the host's power
   */
  async append(batches: readonly Batch[], place: number, durable: boolean): Promise<Placed[]> {
    await this.#prepareCommit(durable);
    const placed: Placed[] = [];
    const statements: (() => Promise<void>)[] = [];
    for (const batch of batches) {
      const zeroed = zeroRuns(batch);
      const written = [...batch.clusters].filter((entry): entry is [number, Uint8Array] => entry[1] !== null);
      const first = place;
      for (let at = 0; at < written.length; at += ROWS_AT_ONCE) {
        const some = written.slice(at, at + ROWS_AT_ONCE);
        const start = first + at;
        statements.push(() =>
          this.#parts.insert.run(start, batch.generation, JSON.stringify(some.map(([cluster]) => cluster)), rowsOf(some)),
        );
      }
      place += written.length;
      const firstZero = place;
      if (zeroed.length > 0) statements.push(() => this.#parts.insertZeros.run(firstZero, batch.generation, JSON.stringify(zeroed)));
      place += zeroed.length;
      placed.push({
        generation: batch.generation,
        clusters: written.map(([cluster]) => cluster),
        bytes: written.map(([, bytes]) => bytes),
        place: first,
        zeros: zeroed.map((run, index) => [run, firstZero + index]),
      });
      this.#logBytes += written.length * CLUSTER_BYTES + 65_536;
    }
    // A single statement is its own transaction: one trip to the thread pool and one fsync.
    if (statements.length === 1) await statements[0]!();
    else if (statements.length > 1)
      await this.transaction(async () => {
        for (const statement of statements) await statement();
      });
    this.#relieve();
    return placed;
  }

  /** Makes what was added without being durable so. */
  async harden(): Promise<void> {
    await this.#prepareCommit(true);
    await this.#parts.writer.script('UPDATE state SET generation = generation');
  }

  /** Several statements as one; durable. */
  async transaction(work: (connection: Connection) => Promise<void>): Promise<void> {
    await this.#parts.writer.script('BEGIN IMMEDIATE');
    try {
      await work(this.#parts.writer);
      await this.#parts.writer.script('COMMIT');
    } catch (error) {
      // A full disk may have rolled back already; the first error is the one to report.
      await this.#parts.writer.script('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Runs statements that change little; durable. */
  async change(sql: string): Promise<void> {
    await this.#prepareCommit(true);
    await this.#parts.writer.script(sql);
    this.#logBytes += 131_072;
  }

  /** Bytes of the rows that are there, by place. */
  async read(places: readonly number[]): Promise<Map<number, Uint8Array>> {
    const [first, last] = [places[0]!, places.at(-1)!];
    const rows = await overlayExplained(this.file, () =>
      last - first + 1 <= places.length * 2
        ? this.#parts.between.all<{ place: number; bytes: Uint8Array | null }>(first, last)
        : this.#parts.some.all<{ place: number; bytes: Uint8Array | null }>(JSON.stringify(places)),
    );
    return new Map(rows.flatMap(({ place, bytes }) => (bytes ? [[place, bytes] as const] : [])));
  }

  /** Removes rows from `first` up to and without `end`. */
  async remove(first: number, end: number): Promise<void> {
    await this.#prepareCommit(false);
    await this.#parts.writer.script(`DELETE FROM clusters WHERE place >= ${first} AND place < ${end}`);
    this.#logBytes += Math.min(end - first, GROUP_ROWS) * 64;
    this.#relieve();
  }

  /**
   * Gives free pages back to the file system, 1 MiB at most, where more of the file is free than not: new rows take
   * free pages first, and moving what lies behind them costs as much as writing it.
   * @returns whether there is more to give back
   */
  async vacuum(): Promise<boolean> {
    const [pages, free] = [await this.#pragma('page_count'), await this.#pragma('freelist_count')];
    if (free < FREE_PAGES || free * 2 < pages) {
      // The file gets shorter when the log is copied into it.
      await this.#checkpoint;
      await this.#copyLog('RESTART');
      return false;
    }
    await this.#prepareCommit(false);
    await this.#parts.writer.script('PRAGMA incremental_vacuum(16)');
    this.#logBytes += 16 * 65_536;
    this.#relieve();
    return true;
  }

  /** Bytes of the file that hold something. */
  async usedBytes(): Promise<number> {
    return ((await this.#pragma('page_count')) - (await this.#pragma('freelist_count'))) * 65_536;
  }

  async #pragma(name: string): Promise<number> {
    return Number((await this.#parts.keeper.get(`PRAGMA ${name}`))?.[name]);
  }

  async close(): Promise<void> {
    await this.#checkpoint;
    await this.#parts.reader.close();
    await this.#parts.writer.close();
    // The last connection to close copies the log into the file and removes it.
    await this.#parts.keeper.close();
  }

  /** Sets what a commit waits for, and begins the log anew where most of it has been copied. */
  async #prepareCommit(durable: boolean): Promise<void> {
    const wanted = this.#parts.throwaway ? 'OFF' : durable ? 'FULL' : 'NORMAL';
    if (wanted !== this.#synchronous) {
      await this.#parts.writer.script(`PRAGMA synchronous = ${wanted}`);
      this.#synchronous = wanted;
    }
    if (this.#logBytes >= CHECKPOINT_NOW_BYTES) await this.#checkpoint;
    // While a guest writes without a pause, copying in the background never comes to the log's end, and the log would grow for
    // ever: the little that is left is copied here, where nobody writes.
    if (this.#isCopied && !this.#checkpoint) await this.#copyLog('RESTART');
  }

  #relieve(): void {
    if (this.#logBytes < CHECKPOINT_BYTES || this.#checkpoint || this.#isCopied) return;
    this.#checkpoint = this.#copyLog('PASSIVE').finally(() => (this.#checkpoint = undefined));
  }

  async #copyLog(how: 'PASSIVE' | 'RESTART'): Promise<void> {
    try {
      await this.#parts.keeper.get(`PRAGMA wal_checkpoint(${how})`);
    } catch {
      // A full disk: the log stays, and the next commit says so if it does not fit either.
    }
    this.#isCopied = how === 'PASSIVE';
    if (how === 'RESTART') this.#logBytes = 0;
  }
}

const GROUP_ROWS = 65_536;
/** Free pages that may stay in a file: 16 MiB. */
const FREE_PAGES = 256;

/** Runs of zeros in a batch. */
function zeroRuns({ clusters }: Batch): Run[] {
  const runs: [number, number][] = [];
  for (const [cluster, bytes] of clusters) {
    if (bytes !== null) continue;
    const last = runs.at(-1);
    if (last && cluster === last[0] + last[1]) last[1]++;
    else runs.push([cluster, 1]);
  }
  return runs;
}

function rowsOf(written: readonly (readonly [number, Uint8Array])[]): Buffer {
  const rows = Buffer.allocUnsafe(written.length * ROW_BYTES);
  let at = 0;
  for (const [cluster, bytes] of written) {
    rows.set(bytes, at);
    rows.writeUInt32LE(clusterSum(cluster, bytes), at + CLUSTER_BYTES);
    at += ROW_BYTES;
  }
  return rows;
}
