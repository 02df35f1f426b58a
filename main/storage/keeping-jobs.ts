/** Writing jobs that keep the store in order: deleting, collecting, measuring, checking. */
import type { CheckReport, Collected, Store } from './index.ts';

/** Deletes every manifest of these owners, but those of a name; their space returns with the next collection. */
export async function dropOwners(
  store: Store,
  { owners, except }: { readonly owners: readonly string[]; readonly except?: string },
): Promise<void> {
  const ids: number[] = [];
  for (const owner of owners) for (const { id, name } of await store.manifests.list(owner)) if (name !== except) ids.push(id);
  if (ids.length > 0) await store.deleteManifests(ids);
}

export async function hasManifest(store: Store, { owner, name }: { readonly owner: string; readonly name: string }): Promise<boolean> {
  return (await store.manifests.list(owner)).some((manifest) => manifest.name === name);
}

export const collect = (store: Store): Promise<Collected> => store.collect();

/** What is known: an owner's manifests, or only those whose names begin with a prefix. */
export interface Known {
  readonly owner: string;
  readonly prefix?: string;
}

/** Deletes all other manifests: what a program that was killed left. */
export async function tidy(store: Store, { keep }: { readonly keep: readonly Known[] }): Promise<{ readonly dropped: readonly string[] }> {
  const known = new Map(keep.map(({ owner, prefix }) => [owner, prefix ?? '']));
  const lost = (await store.manifests.list()).filter(({ owner, name }) => !name.startsWith(known.get(owner) ?? '\0'));
  if (lost.length > 0) {
    await store.deleteManifests(lost.map(({ id }) => id));
    await store.collect();
  }
  return { dropped: [...new Set(lost.map(({ owner }) => owner))] };
}

/** Own and shared bytes of every owner, and the bytes of groups of owners. */
export async function usage(store: Store, { groups }: { readonly groups: Readonly<Record<string, readonly string[]>> }) {
  return store.usage(new Map(Object.entries(groups)));
}

/** What would return with each group of owners, if that one went. */
export async function freedBy(store: Store, { groups }: { readonly groups: Readonly<Record<string, readonly string[]>> }) {
  const sizes = await store.sizesOfGroups(new Map(Object.entries(groups)));
  return new Map([...sizes].map(([group, { own }]) => [group, own]));
}

/** What parts of owners take up, shared or not, in bytes. */
export const bytesOf = (store: Store, { parts }: { readonly parts: readonly { readonly owner: string; readonly prefix: string }[] }) =>
  store.sizesOfParts(parts);

export const checkStore = (store: Store): Promise<CheckReport> => store.check();

/** The names of every owner's manifests. */
export async function manifestNames(store: Store): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>();
  for (const { owner, name } of await store.manifests.list()) names.set(owner, [...(names.get(owner) ?? []), name]);
  return names;
}

/** These jobs by name. */
export interface KeepingJobs {
  readonly dropOwners: typeof dropOwners;
  readonly hasManifest: typeof hasManifest;
  readonly collect: typeof collect;
  readonly tidy: typeof tidy;
  readonly usage: typeof usage;
  readonly freedBy: typeof freedBy;
  readonly bytesOf: typeof bytesOf;
  readonly checkStore: typeof checkStore;
  readonly manifestNames: typeof manifestNames;
}
