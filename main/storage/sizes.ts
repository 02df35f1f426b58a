/** How much of the store each manifest takes up: what would go with it, and what it shares with others. */
import type { Database } from '../library/database.ts';
import { named, type ManifestId, type Manifests } from './manifests.ts';
import { NumberSet } from './number-set.ts';
import { DamagedManifestError } from './storage-error.ts';

/** In bytes as stored (compressed); a chunk counts with its part of its block. */
export interface Sizes {
  /** What deleting the manifest would give back. */
  readonly own: number;
  /** What other manifests name too. */
  readonly shared: number;
}

/** The sizes of every manifest that can be read. */
export async function sizesOfAll(database: Database, manifests: Manifests): Promise<Map<ManifestId, Sizes>> {
  const readable: ManifestId[] = [];
  const seen = new NumberSet();
  const seenTwice = new NumberSet();
  const numbersOf = async (id: ManifestId) => {
    const numbers = new NumberSet();
    for (const number of named(await manifests.read(id))) numbers.add(number);
    return numbers;
  };
  for (const { id } of await manifests.list()) {
    try {
      for (const number of eachOf(await numbersOf(id))) (seen.has(number) ? seenTwice : seen).add(number);
      readable.push(id);
    } catch (error) {
      if (!(error instanceof DamagedManifestError)) throw error;
    }
  }
  const sizes = new Map<ManifestId, Sizes>();
  for (const id of readable) {
    const own = new NumberSet();
    const shared = new NumberSet();
    for (const number of eachOf(await numbersOf(id))) (seenTwice.has(number) ? shared : own).add(number);
    sizes.set(id, { own: await storedBytes(database, own), shared: await storedBytes(database, shared) });
  }
  return sizes;
}

function* eachOf(numbers: NumberSet): Generator<number> {
  for (const [first, last] of numbers.runs()) for (let number = first; number <= last; number++) yield number;
}

async function storedBytes(database: Database, numbers: NumberSet): Promise<number> {
  const row = await database.get(
    `SELECT sum(length(b.bytes) * c.length * 1.0 / b.raw) AS bytes FROM json_each(?) AS run
     CROSS JOIN chunks AS c ON c.number BETWEEN run.value ->> 0 AND run.value ->> 1 JOIN blocks AS b ON b.id = c.block`,
    JSON.stringify([...numbers.runs()]),
  );
  return Math.round(Number(row?.['bytes'] ?? 0));
}
