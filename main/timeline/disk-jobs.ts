/** Writing jobs on disks' contents that only name what is stored already. */
import { copyContent, type ContentPlace } from '../disks/content.ts';
import type { Store } from '../storage/index.ts';

/** Names a disk's content at other places too; none of its bytes is read. */
export async function copyDisk(
  store: Store,
  { from, to }: { readonly from: ContentPlace; readonly to: readonly ContentPlace[] },
): Promise<void> {
  await copyContent(store, from, to);
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
