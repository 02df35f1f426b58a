/** Reading an overlay file from outside: by the thread that stores snapshots, beside the machine, or while it is off. */
import type { ClusterDamage } from '../../preload/contract/errors/stored.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Database, Row } from '../library/database.ts';
import { CLUSTER_BYTES, joined, type Run } from './cluster.ts';
import { ClusterIndex } from './cluster-index.ts';
import { openOverlayReader, readOverlayState, type OverlayState } from './overlay-tables.ts';

/** The last rows of every cluster up to a generation. */
export interface OverlayRows {
  /** Clusters with bytes, ascending, and the place of each one's row. */
  readonly clusters: Float64Array;
  readonly places: Float64Array;
  /** Clusters of zeros, joined. */
  readonly zeros: readonly Run[];
}

/** A row's bytes are not what was written. @param found how many bytes there are, where their number is wrong */
export function damagedCluster(file: string, cluster: number, why: ClusterDamage, found = 0): ContractError {
  const offset = cluster * CLUSTER_BYTES;
  return new ContractError('overlay-cluster-damaged', { file, offset, bytes: CLUSTER_BYTES, why, found });
}

/** CRC-32 of a cluster, started with its number, so that a row in the wrong place is noticed as well. */
export const clusterSum = (cluster: number, bytes: Uint8Array): number => crc32(bytes, cluster >>> 0);

/** Bytes of a row: the cluster and its sum. */
export const ROW_BYTES = CLUSTER_BYTES + 4;

/** Whether a row holds what was written. */
export function isWhole(cluster: number, row: Uint8Array): boolean {
  if (row.length !== ROW_BYTES) return false;
  const sum = new DataView(row.buffer, row.byteOffset + CLUSTER_BYTES, 4).getUint32(0, true);
  return sum === clusterSum(cluster, row.subarray(0, CLUSTER_BYTES));
}

/** A row's cluster. @throws ContractError */
export function clusterOf(file: string, cluster: number, row: Uint8Array): Uint8Array {
  if (row.length !== ROW_BYTES) throw damagedCluster(file, cluster, 'length', row.length);
  if (!isWhole(cluster, row)) throw damagedCluster(file, cluster, 'checksum');
  return row.subarray(0, CLUSTER_BYTES);
}

/** Rows of the directory read at once. */
const SCANNED_ROWS = 16_384;

/** Place, cluster, count and generation of every row between two generations (the first excluded), in order of place, in batches. */
export async function* scanRows(
  database: Database,
  after: number,
  upTo?: number,
): AsyncGenerator<readonly (readonly [number, number, number, number])[]> {
  for (let last = 0; ;) {
    const row = await database.get(
      `SELECT json_group_array(json_array(place, cluster, count, generation)) AS rows FROM
       (SELECT place, cluster, count, generation FROM clusters WHERE place > ? AND generation > ? AND generation <= ? ORDER BY place LIMIT ${SCANNED_ROWS})`,
      last,
      after,
      upTo ?? Number.MAX_SAFE_INTEGER,
    );
    const rows = JSON.parse(String(row?.['rows'])) as [number, number, number, number][];
    if (rows.length === 0) return;
    yield rows;
    last = rows.at(-1)![0];
  }
}

export interface OverlayReader {
  state(): Promise<OverlayState>;
  /**
   * What counts of the rows that are not settled, up to a generation (all where it is absent).
   * @param settledGeneration rows up to it are settled; absent: as the file says
   */
  rows(generation?: number, settledGeneration?: number): Promise<OverlayRows>;
  /** Bytes of some clusters by their places, at most some hundred. @throws ContractError */
  read(clusters: ArrayLike<number>, places: ArrayLike<number>): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

/** @throws ContractError when the file is no overlay or damaged; Error when there is none */
export async function openOverlayRows(file: string): Promise<OverlayReader> {
  if (!existsSync(file)) throw new ContractError('overlay-missing', { file });
  const database = await openOverlayReader(file);
  return {
    state: () => readOverlayState(database),
    rows: (generation, settledGeneration) => winners(database, generation, settledGeneration),
    async read(clusters, places) {
      const rows = await database.all(
        'SELECT place, bytes FROM clusters WHERE place IN (SELECT value FROM json_each(?))',
        JSON.stringify(Array.from(places)),
      );
      const byPlace = new Map(rows.map((row: Row) => [Number(row['place']), row['bytes']]));
      return Array.from(clusters, (cluster, index) => {
        const bytes = byPlace.get(places[index]!);
        if (!(bytes instanceof Uint8Array)) throw damagedCluster(file, cluster, 'missing');
        return clusterOf(file, cluster, bytes);
      });
    },
    close: () => database.close(),
  };
}

/** In the order of writing, later rows win. */
async function winners(database: Database, generation?: number, settledGeneration?: number): Promise<OverlayRows> {
  const last = new ClusterIndex();
  // Settled rows may be gone at any moment.
  const after = settledGeneration ?? (await readOverlayState(database)).settledGeneration;
  for await (const rows of scanRows(database, after, generation))
    for (const [place, cluster, count] of rows) {
      if (count === 0) last.set(cluster, place);
      else last.fill([cluster, count], -place);
    }
  const { clusters, values, negative } = last.contents();
  return { clusters, places: values, zeros: joined(negative) };
}
