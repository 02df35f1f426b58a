/**
 * Storing chunks: hashed, compared with what is there, the new ones compressed in blocks, all of a batch in one
 * transaction, so that it is durable as a whole or not there at all.
 */
import type { Database, Statements } from '../library/database.ts';
import { inBlocks, packBlocks, type Block } from './block.ts';
import { HASH_BYTES, hashOf, isZero, refuseOddSize, ZERO, type ChunkId } from './chunk.ts';

/** Hashing lets others run after this many bytes: about a millisecond. */
const BREATH_BYTES = 1024 * 1024;
/** Blocks written by one statement. */
const ROWS_AT_ONCE = 16;

/** A chunk to be written; `number` is set where a damaged one is mended. */
export interface Piece {
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
  number: ChunkId | undefined;
  damaged: boolean;
}

/** Stores what is new of `chunks` and answers with the number of each. Only one call at a time. */
export async function storeChunks(database: Database, chunks: readonly Uint8Array[]): Promise<ChunkId[]> {
  for (const chunk of chunks) refuseOddSize(chunk);
  const { pieces, order } = await hashed(chunks);
  if (pieces.length > 0) {
    await recognise(database, pieces);
    const fresh = pieces.filter(({ number, damaged }) => number === undefined || damaged);
    if (fresh.length > 0) {
      const groups = inBlocks(fresh, ({ bytes }) => bytes.length);
      const blocks = await packBlocks(groups.map((group) => group.map(({ bytes }) => bytes)));
      await database.transaction(async (statements) => {
        await statements.run('UPDATE state SET unswept = 1 WHERE unswept = 0');
        await writeBlocks(statements, groups, blocks);
      });
    }
  }
  return order.map((piece) => piece?.number ?? ZERO);
}

async function hashed(chunks: readonly Uint8Array[]) {
  const byHash = new Map<string, Piece>();
  const order: (Piece | undefined)[] = [];
  let sinceBreath = 0;
  for (const bytes of chunks) {
    if ((sinceBreath += bytes.length) > BREATH_BYTES) {
      sinceBreath = 0;
      await new Promise(setImmediate);
    }
    if (isZero(bytes)) {
      order.push(undefined);
      continue;
    }
    const hash = hashOf(bytes);
    const key = hash.toString('latin1');
    let piece = byHash.get(key);
    if (!piece) byHash.set(key, (piece = { hash, bytes, number: undefined, damaged: false }));
    order.push(piece);
  }
  return { pieces: [...byHash.values()], order };
}

type Hashed = Pick<Piece, 'hash'>;

const hashesOf = (pieces: readonly Hashed[]) => Buffer.concat(pieces.map(({ hash }) => hash));

/** What tells that a block still holds what it says. */
export const blockDigest = (group: readonly Hashed[], contents: string): Buffer =>
  hashOf(Buffer.concat([hashesOf(group), Buffer.from(contents)]));

/** Counts from 0 to one less than the first parameter. */
const COUNT = 'WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)';
const HASH_AT = (list: string) => `substr(${list}, i * ${HASH_BYTES} + 1, ${HASH_BYTES})`;

/** Finds which pieces are stored already: one statement for all, one string as the answer, as rows are slow to make. */
async function recognise(database: Database, pieces: readonly Piece[]): Promise<void> {
  const row = await database.get(
    `${COUNT} SELECT json_group_array(json_array(i, number, block IS NULL)) AS known FROM n CROSS JOIN chunks ON hash = ${HASH_AT('?2')}`,
    pieces.length,
    hashesOf(pieces),
  );
  for (const [index, number, damaged] of JSON.parse(String(row?.['known'])) as [number, number, number][]) {
    pieces[index]!.number = number;
    pieces[index]!.damaged = damaged === 1;
  }
}

/** Writes blocks, and where their chunks are now. New chunks get their numbers here, neighbours in neighbouring order. */
export async function writeBlocks(statements: Statements, groups: readonly (readonly Piece[])[], blocks: readonly Block[]): Promise<void> {
  const last = async (table: string) =>
    Number((await statements.get('SELECT seq FROM sqlite_sequence WHERE name = ?', table))?.['seq'] ?? 0);
  const firstBlock = (await last('blocks')) + 1;
  let next = (await last('chunks')) + 1;
  const places: [number: number, block: number, start: number, length: number][] = [];
  groups.forEach((group, index) => {
    let start = 0;
    for (const piece of group) {
      piece.number ??= next++;
      places.push([piece.number, firstBlock + index, start, piece.bytes.length]);
      start += piece.bytes.length;
    }
  });
  for (let at = 0; at < blocks.length; at += ROWS_AT_ONCE) {
    const some = blocks.slice(at, at + ROWS_AT_ONCE);
    const values = some.flatMap(({ codec, raw, bytes }, index) => {
      const group = groups[at + index]!;
      const contents = JSON.stringify(group.map((piece) => [piece.number, piece.bytes.length]));
      return [firstBlock + at + index, codec, raw, bytes, contents, blockDigest(group, contents)];
    });
    const rows = some.map(() => '(?, ?, ?, ?, ?, ?)').join();
    await statements.run(`INSERT INTO blocks (id, codec, raw, bytes, contents, digest) VALUES ${rows}`, ...values);
  }
  await statements.run(
    `INSERT INTO chunks (number, hash, block, start, length)
     SELECT value ->> 0, substr(?2, key * ${HASH_BYTES} + 1, ${HASH_BYTES}), value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true
     ON CONFLICT (number) DO UPDATE SET block = excluded.block, start = excluded.start, length = excluded.length`,
    JSON.stringify(places),
    hashesOf(groups.flat()),
  );
}
