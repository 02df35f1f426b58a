/** Writing jobs that keep the store in order: deleting, collecting, measuring, checking. */
import type { CheckReport, Collected, Store } from '../storage/index.ts';

/** Resolves when the store is open. */
export async function ready(): Promise<void> {
  // The worker has opened the store before it runs any job.
}

/** Deletes every manifest of these owners; their space returns with the next collection. */
export async function dropOwners(store: Store, { owners }: { readonly owners: readonly string[] }): Promise<void> {
  const ids: number[] = [];
  for (const owner of owners) for (const { id } of await store.manifests.list(owner)) ids.push(id);
  if (ids.length > 0) await store.deleteManifests(ids);
}

export const collect = (store: Store): Promise<Collected> => store.collect();

/** Deletes the manifests of all other owners: what a program that was killed left. */
export async function tidy(store: Store, { keep }: { readonly keep: readonly string[] }): Promise<{ readonly dropped: readonly string[] }> {
  const known = new Set(keep);
  const lost = (await store.manifests.list()).filter(({ owner }) => !known.has(owner));
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

export const checkStore = (store: Store): Promise<CheckReport> => store.check();
