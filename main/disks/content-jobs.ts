/** Writing jobs on disks' contents that only name what is stored already. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Store } from '../storage/index.ts';
import type { ContentPlace, sameContent } from './content.ts';
import type { storeOverlay } from './store-overlay.ts';

/** Names contents of disks at other places too, all at once; none of their bytes is read. */
export async function copyDisks(
  store: Store,
  { copies }: { readonly copies: readonly { readonly from: ContentPlace; readonly to: ContentPlace }[] },
): Promise<void> {
  const fresh = [];
  for (const { from, to } of copies) {
    const manifests = (await store.manifests.list(from.owner)).filter(({ name }) => name.startsWith(`${from.prefix}@`));
    if (manifests.length === 0) throw new ContractError('content-missing', { name: from.prefix, owner: from.owner });
    for (const { id, name, chunkBytes } of manifests)
      fresh.push({
        owner: to.owner,
        name: `${to.prefix}${name.slice(from.prefix.length)}`,
        chunkBytes,
        entries: await store.manifests.read(id),
      });
  }
  await store.createManifests(fresh);
}

/** Names all of an owner's manifests for another owner too. */
export async function copyOwner(store: Store, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const manifests = await store.manifests.list(from);
  const copies = [];
  for (const { id, name, chunkBytes } of manifests) copies.push({ owner: to, name, chunkBytes, entries: await store.manifests.read(id) });
  await store.createManifests(copies);
}

const versionOf = (name: string) => Number(/^v(\d+)@/.exec(name)?.[1] ?? -1);

/** The number of a head's next version: one that none of its manifests has had. */
export async function nextVersion(store: Store, { owner }: { readonly owner: string }): Promise<number> {
  const manifests = await store.manifests.list(owner);
  return Math.max(-1, ...manifests.map(({ name }) => versionOf(name))) + 1;
}

/** Deletes the versions of a head before `keep`. */
export async function dropVersions(store: Store, { owner, keep }: { readonly owner: string; readonly keep: number }): Promise<void> {
  const older = (await store.manifests.list(owner)).filter(({ name }) => versionOf(name) < keep);
  if (older.length > 0) await store.deleteManifests(older.map(({ id }) => id));
}

/** The jobs on disks' contents by name. */
export interface ContentJobs {
  readonly copyDisks: typeof copyDisks;
  readonly copyOwner: typeof copyOwner;
  readonly nextVersion: typeof nextVersion;
  readonly dropVersions: typeof dropVersions;
  readonly storeOverlay: typeof storeOverlay;
  readonly sameContent: typeof sameContent;
}
