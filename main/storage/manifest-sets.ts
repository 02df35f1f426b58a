/**
 * Which chunks each manifest names, as sets that are kept: a manifest never changes, so its set is read once. Collecting
 * and measuring a few hundred snapshots then takes milliseconds.
 */
import { named, type Manifest, type ManifestId, type Manifests } from './manifests.ts';
import { NumberSet } from './number-set.ts';

export class ManifestSets {
  readonly #manifests: Manifests;
  readonly #sets = new Map<ManifestId, NumberSet>();

  constructor(manifests: Manifests) {
    this.#manifests = manifests;
  }

  /** Every manifest there is; the sets of others are forgotten. */
  async list(): Promise<readonly Manifest[]> {
    const all = await this.#manifests.list();
    const there = new Set(all.map(({ id }) => id));
    for (const id of this.#sets.keys()) if (!there.has(id)) this.#sets.delete(id);
    return all;
  }

  /** @throws ContractError `missing` */
  async of(id: ManifestId): Promise<NumberSet> {
    const known = this.#sets.get(id);
    if (known) return known;
    const set = new NumberSet();
    for (const number of named(await this.#manifests.read(id))) set.add(number);
    this.#sets.set(id, set);
    return set;
  }
}
