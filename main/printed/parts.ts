/**
 * What consoles printed, all of it, in parts of some 32 KiB: written at the end, read anywhere, the oldest dropped when
 * there is too much. It lives in a thread of its own, so that compressing and indexing hold nobody up.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { openDatabase, type Database, type Row, type Statements } from '../library/database.ts';
import { fileError } from '../library/library-error.ts';
import { cutAt, distinctLines } from './part-lines.ts';
import { prepare } from './tables.ts';

/** How much is kept, in bytes on the disk without the index, which adds about a third of what was printed. */
export interface Room {
  /** Of all consoles together. */
  readonly total: number;
  /** Of one machine. */
  readonly ofMachine: number;
}
const MEBI = 1024 * 1024;
/** Compressed; console output shrinks to a fifth or less. */
export const USUAL_ROOM: Room = { total: 512 * MEBI, ofMachine: 128 * MEBI };

/** Small enough that looking through one takes a millisecond, large enough that a gigabyte has few. */
const PART_BYTES = 32 * 1024;
/** The beginning of a console's output always stays: the first boot. */
const FIRST_BYTES = 2 * PART_BYTES;
/** Parts indexed in one step, so that reading and writing have their turn in between. */
const INDEXED_AT_ONCE = 8;

/** Since which offset or position, and when. */
export type Mark = readonly [at: number, time: number];

export interface Place {
  readonly machine: string;
  readonly console: number;
}
export interface Printed extends Place {
  /** Of the first byte, in all that the console ever printed. */
  readonly position: number;
  readonly bytes: Uint8Array;
  /** Positions and times, ascending; the first is at or before `position`. */
  readonly marks: readonly Mark[];
}
/** A stretch of what is kept, without gaps in it. */
export interface Stretch {
  readonly position: number;
  readonly length: number;
}
export interface PartsUsage {
  /** As printed. */
  readonly bytes: number;
  /** On the disk, with the index. */
  readonly storedBytes: number;
  /** As printed, not indexed yet. */
  readonly unindexedBytes: number;
}

export class Parts {
  readonly database: Database;
  readonly #room: Room;

  private constructor(database: Database, room: Room) {
    this.database = database;
    this.#room = room;
  }

  /** Opens the file, making it where there is none. @throws ContractError when it cannot be used */
  static async open(file: string, room: Room = USUAL_ROOM): Promise<Parts> {
    let database: Database | undefined;
    try {
      database = await openDatabase(file);
      await prepare(database);
      return new Parts(database, room);
    } catch (error) {
      await database?.close().catch(() => undefined);
      throw fileError('store', file, error);
    }
  }
  close(): Promise<void> {
    return this.database.close();
  }

  /** The position after the last byte that is kept; 0 where there is none. */
  async end({ machine, console }: Place): Promise<number> {
    const last = await lastPart(this.database, machine, console);
    return last ? Number(last['position']) + Number(last['length']) : 0;
  }

  /** Adds what was printed; what is there already of it stays as it is. */
  async append({ machine, console, position, bytes, marks }: Printed): Promise<void> {
    await this.database.transaction(async (statements) => {
      const last = await lastPart(statements, machine, console);
      const end = last ? Number(last['position']) + Number(last['length']) : 0;
      let start = Math.max(position, end);
      let rest = bytes.subarray(start - position);
      if (rest.length === 0) return;
      let times = marks.map(([at, time]): Mark => [Math.max(0, at - start), time]);
      if (last && start === end && Number(last['length']) < PART_BYTES) {
        const before = unpacked(last);
        rest = Buffer.concat([before, rest]);
        times = [...marksOf(last), ...times.map(([at, time]): Mark => [at + before.length, time])];
        start = Number(last['position']);
        await removeParts(statements, [last]);
      }
      await insertParts(statements, { machine, console, position: start, bytes: rest, marks: times });
    });
    await this.#trim(machine);
  }

  /** Forgets what a console printed from a position on. */
  async truncate({ machine, console }: Place, position: number): Promise<void> {
    await this.database.transaction(async (statements) => {
      const rows = await statements.all(
        'SELECT * FROM parts WHERE machine = ? AND console = ? AND position + length > ? ORDER BY position',
        ...[machine, console, position],
      );
      await removeParts(statements, rows);
      const [first] = rows;
      if (!first || Number(first['position']) >= position) return;
      const start = Number(first['position']);
      await insertParts(statements, {
        machine,
        console,
        position: start,
        bytes: unpacked(first).subarray(0, position - start),
        marks: marksOf(first),
      });
    });
  }

  /** Indexes some of what is not indexed. @returns how many parts are left */
  async index(): Promise<number> {
    const rows = await this.database.all(`SELECT id, bytes FROM parts WHERE indexed = 0 ORDER BY id LIMIT ${INDEXED_AT_ONCE}`);
    await this.database.transaction(async (statements) => {
      for (const row of rows) {
        await statements.run('INSERT INTO texts (rowid, text) VALUES (?, ?)', Number(row['id']), distinctLines(unpacked(row)));
        await statements.run('UPDATE parts SET indexed = 1 WHERE id = ?', Number(row['id']));
      }
    });
    const left = Number((await this.database.get('SELECT count(*) AS count FROM parts WHERE indexed = 0'))?.['count']);
    // Joining pieces of the index leaves much of the file unused.
    if (left === 0) await this.database.script('PRAGMA incremental_vacuum');
    return left;
  }

  /** Forgets a machine, or one console of it. */
  async forget(machine: string, console?: number): Promise<void> {
    await this.database.transaction(async (statements) => {
      const rows = await statements.all(
        'SELECT id, indexed FROM parts WHERE machine = ?1 AND (?2 IS NULL OR console = ?2)',
        ...[machine, console ?? null],
      );
      await removeParts(statements, rows);
    });
    await this.database.script('PRAGMA incremental_vacuum');
  }

  /** Forgets parts by their numbers. */
  async remove(numbers: readonly number[]): Promise<void> {
    await this.database.transaction(async (statements) => {
      for (const number of numbers)
        await removeParts(statements, await statements.all('SELECT id, indexed FROM parts WHERE id = ?', number));
    });
  }

  /** What is kept of a console, in stretches, with the times of the parts between two positions. */
  async stretches({ machine, console }: Place, from: number, to: number): Promise<{ stretches: Stretch[]; marks: Mark[] }> {
    const rows = await this.database.all(
      'SELECT position, length FROM parts WHERE machine = ? AND console = ? ORDER BY position',
      ...[machine, console],
    );
    const stretches: Stretch[] = [];
    for (const row of rows) {
      const [position, length] = [Number(row['position']), Number(row['length'])];
      const before = stretches.at(-1);
      if (before && before.position + before.length === position)
        stretches[stretches.length - 1] = { position: before.position, length: before.length + length };
      else stretches.push({ position, length });
    }
    const timed = await this.database.all(
      'SELECT position, marks FROM parts WHERE machine = ? AND console = ? AND position < ? AND position + length > ? ORDER BY position',
      ...[machine, console, to, from],
    );
    return {
      stretches,
      marks: timed.flatMap((row) => marksOf(row).map(([at, time]): Mark => [at + Number(row['position']), time])),
    };
  }

  /** What is kept of what was printed between two positions, one after the other. */
  async read({ machine, console }: Place, from: number, to: number): Promise<Uint8Array> {
    const rows = await this.database.all(
      'SELECT position, length, bytes FROM parts WHERE machine = ? AND console = ? AND position < ? AND position + length > ? ORDER BY position',
      ...[machine, console, to, from],
    );
    return Buffer.concat(
      rows.map((row) => unpacked(row).subarray(Math.max(0, from - Number(row['position'])), Math.max(0, to - Number(row['position'])))),
    );
  }

  async usage(): Promise<PartsUsage> {
    const sums = await this.database.get(
      'SELECT coalesce(sum(length), 0) AS all_of_it, coalesce(sum(CASE indexed WHEN 0 THEN length END), 0) AS unindexed FROM parts',
    );
    const pages = await this.database.get(
      'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
    );
    return { bytes: Number(sums?.['all_of_it']), storedBytes: Number(pages?.['bytes']), unindexedBytes: Number(sums?.['unindexed']) };
  }

  /** Drops the oldest parts of a machine, and of all, that are more than there is room for. */
  async #trim(machine: string): Promise<void> {
    const { total, ofMachine } = this.#room;
    const own = await this.database.get('SELECT sum(size) AS size FROM parts WHERE machine = ?', machine);
    const dropped = Number(own?.['size'] ?? 0) > ofMachine ? await this.#drop(Number(own?.['size']) - ofMachine, machine) : 0;
    const all = await this.database.get('SELECT sum(size) AS size FROM parts INDEXED BY parts_by_machine');
    if (Number(all?.['size'] ?? 0) > total) await this.#drop(Number(all?.['size']) - total);
    else if (dropped === 0) return;
    await this.database.script('PRAGMA incremental_vacuum(2000)');
  }
  async #drop(bytes: number, machine?: string): Promise<number> {
    return this.database.transaction(async (statements) => {
      const rows = await statements.all(
        `SELECT id, indexed, size FROM parts WHERE (?1 IS NULL OR machine = ?1) AND position >= ${FIRST_BYTES} ORDER BY id LIMIT 1000`,
        machine ?? null,
      );
      let freed = 0;
      const gone = rows.filter(({ size }) => freed < bytes && ((freed += Number(size)), true));
      await removeParts(statements, gone);
      return gone.length;
    });
  }
}

const lastPart = (statements: Statements, machine: string, console: number): Promise<Row | undefined> =>
  statements.get('SELECT * FROM parts WHERE machine = ? AND console = ? ORDER BY position DESC LIMIT 1', machine, console);

/** The bytes of a row as they were printed. */
export const unpacked = (row: Row): Buffer => zstdDecompressSync(row['bytes'] as Uint8Array);
/** Offsets in a row's bytes, and times. */
export const marksOf = (row: Row): Mark[] => JSON.parse(String(row['marks'])) as Mark[];

/** Stores bytes as parts. @param printed with marks as offsets in its bytes */
async function insertParts(statements: Statements, { machine, console, position, bytes, marks }: Printed): Promise<void> {
  let [start, rest, times] = [position, bytes, marks];
  while (rest.length > 0) {
    const length = cutAt(rest, PART_BYTES);
    const packed = zstdCompressSync(rest.subarray(0, length));
    await statements.run(
      'INSERT INTO parts (machine, console, position, length, size, indexed, marks, bytes) VALUES (?, ?, ?, ?, ?, 0, ?, ?)',
      ...[machine, console, start, length, packed.length, JSON.stringify(marksWithin(times, 0, length)), packed],
    );
    times = marksWithin(times, length, Infinity);
    rest = rest.subarray(length);
    start += length;
  }
}

async function removeParts(statements: Statements, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    if (row['indexed'] === 1) await statements.run('DELETE FROM texts WHERE rowid = ?', Number(row['id']));
    await statements.run('DELETE FROM parts WHERE id = ?', Number(row['id']));
  }
}

/** The marks from one offset up to another, as offsets from the first; begins with the time that holds there. */
export function marksWithin(marks: readonly Mark[], from: number, to: number): Mark[] {
  const before = marks.findLast(([at]) => at <= from);
  const inside = marks.filter(([at]) => at > from && at < to);
  return [...(before ? [[0, before[1]] as const] : []), ...inside.map(([at, time]): Mark => [at - from, time])];
}
