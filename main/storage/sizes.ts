/** How much of the store each manifest, or each owner, takes up: what would go with it, and what it shares with others. */
import { isError } from '../../preload/contract/errors/contract-error.ts';
import type { Database } from '../library/database.ts';
import type { ManifestSets } from './manifest-sets.ts';
import type { Manifest, ManifestId } from './manifests.ts';
import { NumberSet } from './number-set.ts';

/** In bytes as stored (compressed); a chunk counts with its part of its block. */
export interface Sizes {
  /** What deleting it would give back. */
  readonly own: number;
  /** What others name too. */
  readonly shared: number;
}
export interface Usage {
  readonly owners: ReadonlyMap<string, Sizes>;
  /** What a group's owners take up together. */
  readonly groups: ReadonlyMap<string, number>;
}

/** An owner's manifests whose names begin with a prefix. */
export interface Part {
  readonly owner: string;
  readonly prefix: string;
}

/** Chunks whose sizes are read in one statement. */
const CHUNKS_AT_ONCE = 20_000;

/** What each chunk takes up; remembered, as only a chunk's moving into another block changes it, and then little. */
class ChunkSizes {
  readonly #database: Database;
  #sizes = new Float32Array(0);
  #end = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  async catchUp(): Promise<void> {
    const last = Number((await this.#database.get('SELECT max(number) AS last FROM chunks'))?.['last'] ?? 0);
    if (last >= this.#sizes.length) {
      const grown = new Float32Array(Math.max(last + 1, this.#sizes.length * 2));
      grown.set(this.#sizes);
      this.#sizes = grown;
    }
    for (let first = this.#end + 1; first <= last; first += CHUNKS_AT_ONCE) {
      const row = await this.#database.get(
        `SELECT json_group_array(c.number) AS numbers, json_group_array(length(b.bytes) * c.length * 1.0 / b.raw) AS sizes
         FROM chunks AS c JOIN blocks AS b ON b.id = c.block WHERE c.number BETWEEN ? AND ?`,
        first,
        first + CHUNKS_AT_ONCE - 1,
      );
      const sizes = JSON.parse(String(row?.['sizes'])) as number[];
      (JSON.parse(String(row?.['numbers'])) as number[]).forEach((number, index) => (this.#sizes[number] = sizes[index]!));
    }
    this.#end = last;
  }

  /** Divides what a set takes up by whether a chunk is in another set too. */
  divide(set: NumberSet, twice: NumberSet): Sizes {
    let own = 0;
    let shared = 0;
    for (const [first, last] of set.runs())
      for (let number = first; number <= last; number++) {
        const size = this.#sizes[number] ?? 0;
        if (twice.has(number)) shared += size;
        else own += size;
      }
    return { own: Math.round(own), shared: Math.round(shared) };
  }
}

export class SizeBook {
  readonly #sets: ManifestSets;
  readonly #chunks: ChunkSizes;

  constructor(database: Database, sets: ManifestSets) {
    this.#sets = sets;
    this.#chunks = new ChunkSizes(database);
  }

  /** The sizes of every manifest that can be read. */
  async ofManifests(): Promise<Map<ManifestId, Sizes>> {
    return this.#sizesOf(await this.#unions(({ id }) => id));
  }

  /** The sizes of every owner, and of groups of owners. */
  async ofOwners(groups: ReadonlyMap<string, readonly string[]>): Promise<Usage> {
    const owners = await this.#unions(({ owner }) => owner);
    const sizes = await this.#sizesOf(owners);
    const totals = new Map<string, number>();
    for (const [group, members] of groups) {
      const all = new NumberSet();
      for (const member of members) {
        const set = owners.get(member);
        if (set) all.addAll(set);
      }
      totals.set(group, this.#chunks.divide(all, new NumberSet()).own);
      await new Promise(setImmediate);
    }
    return { owners: sizes, groups: totals };
  }

  /** The sizes of owners as if those of a group were one: what would go with the whole group is its own. */
  async ofGroups(groups: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Sizes>> {
    const groupOf = new Map([...groups].flatMap(([group, members]) => members.map((owner) => [owner, group] as const)));
    const sizes = await this.#sizesOf(await this.#unions(({ owner }) => groupOf.get(owner) ?? owner));
    return new Map([...groups.keys()].map((group) => [group, sizes.get(group) ?? { own: 0, shared: 0 }]));
  }

  /** What the manifests of each part take up, whether or not others share it. */
  async ofParts(parts: readonly Part[]): Promise<number[]> {
    const partOf = ({ owner, name }: Manifest) => parts.findIndex((part) => part.owner === owner && name.startsWith(part.prefix));
    const unions = await this.#unions((manifest) => (partOf(manifest) < 0 ? undefined : partOf(manifest)));
    await this.#chunks.catchUp();
    const none = new NumberSet();
    return parts.map((_, index) => this.#chunks.divide(unions.get(index) ?? none, none).own);
  }

  /** The chunks named by manifests that have the same key; those without one are left out. */
  async #unions<K>(keyOf: (manifest: Manifest) => K | undefined): Promise<Map<K, NumberSet>> {
    const unions = new Map<K, NumberSet>();
    for (const manifest of await this.#sets.list()) {
      const key = keyOf(manifest);
      if (key === undefined) continue;
      try {
        const set = await this.#sets.of(manifest.id);
        const known = unions.get(key);
        if (known) known.addAll(set);
        else unions.set(key, copyOf(set));
      } catch (error) {
        if (!isError(error, 'manifest-damaged')) throw error;
      }
    }
    return unions;
  }

  async #sizesOf<K>(sets: ReadonlyMap<K, NumberSet>): Promise<Map<K, Sizes>> {
    await this.#chunks.catchUp();
    const seen = new NumberSet();
    const twice = new NumberSet();
    for (const set of sets.values()) {
      twice.addCommon(seen, set);
      seen.addAll(set);
    }
    const sizes = new Map<K, Sizes>();
    for (const [key, set] of sets) {
      sizes.set(key, this.#chunks.divide(set, twice));
      await new Promise(setImmediate);
    }
    return sizes;
  }
}

function copyOf(set: NumberSet): NumberSet {
  const copy = new NumberSet();
  copy.addAll(set);
  return copy;
}
