/**
 * Manifests: which chunks make up an object (a guest's memory, a disk's overlay), in order. What a manifest names stays;
 * what no manifest names goes at the next collection.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { timingSafeEqual } from 'node:crypto';
import type { Database, Row, Statements } from '../library/database.ts';
import { hashOf, ZERO, type ChunkId } from './chunk.ts';
import { decodeEntries, encodeEntries } from './manifest-codec.ts';

export type ManifestId = number & { readonly of?: 'manifest' };

export interface Manifest {
  readonly id: ManifestId;
  /** Whose it is, in the caller's words: a snapshot's id. */
  readonly owner: string;
  /** What it is of the owner: `memory`, `disk0`. */
  readonly name: string;
  /** How many bytes an entry stands for. */
  readonly chunkBytes: number;
  readonly entries: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

export interface Manifests {
  /** All manifests, or those of one owner, oldest first. */
  list(owner?: string): Promise<readonly Manifest[]>;
  /**
   * The chunks in order; `ZERO` (0) where there is none.
   * @throws ContractError `missing`; ContractError
   */
  read(id: ManifestId): Promise<Float64Array>;
}

const COLUMNS = 'id, owner, name, chunk_bytes, entries, made_at';

const manifestOf = (row: Row): Manifest => ({
  id: Number(row['id']),
  owner: String(row['owner']),
  name: String(row['name']),
  chunkBytes: Number(row['chunk_bytes']),
  entries: Number(row['entries']),
  madeAt: Number(row['made_at']),
});

export const labelOf = ({ owner, name }: Pick<Manifest, 'owner' | 'name'>): string => `"${name}" of ${owner}`;

/** Manifests read over `database`. */
export function manifestsOver(database: Database): Manifests {
  return {
    async list(owner) {
      const where = owner === undefined ? '' : 'WHERE owner = ?';
      const rows = await database.all(`SELECT ${COLUMNS} FROM manifests ${where} ORDER BY id`, ...(owner === undefined ? [] : [owner]));
      return rows.map(manifestOf);
    },
    async read(id) {
      const row = await database.get(`SELECT ${COLUMNS}, digest, body FROM manifests WHERE id = ?`, id);
      if (!row) throw new ContractError('manifest-missing', { manifest: id });
      const body = row['body'] as Uint8Array;
      const manifest = manifestOf(row);
      try {
        if (timingSafeEqual(hashOf(body), row['digest'] as Uint8Array)) return decodeEntries(body, manifest.entries);
      } catch {
        // Falls to the same complaint as a wrong digest.
      }
      throw new ContractError('manifest-damaged', { manifest: manifest.id, label: labelOf(manifest) });
    },
  };
}

export interface NewManifest {
  readonly owner: string;
  readonly name: string;
  readonly chunkBytes: number;
  /** In order; missing ones and `ZERO` are zeros. */
  readonly entries: Entries;
}
/** A list of chunks; a `Float64Array` as `read` answers is one. */
export type Entries = Iterable<ChunkId | undefined> & { readonly length: number };

/** Writes a manifest. That its chunks exist is for the caller to have made sure of. */
export async function insertManifest(statements: Statements, { owner, name, chunkBytes, entries }: NewManifest): Promise<ManifestId> {
  const body = encodeEntries(entries);
  const { lastId } = await statements.run(
    'INSERT INTO manifests (owner, name, chunk_bytes, entries, made_at, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[owner, name, chunkBytes, entries.length, Date.now()],
    hashOf(body),
    body,
  );
  return lastId;
}

/** The different chunks that a list names, without zeros. */
export function* named(entries: Iterable<ChunkId | undefined>): Generator<ChunkId> {
  for (const number of entries) if (number !== undefined && number !== ZERO) yield number;
}
