/** What serves a machine's shared folders, on its I/O thread. */
import { type AttachedFolder, type LinkOwner, MachineError, type OpenShare, type ShareAttachment } from '../index.ts';

/** A shared folder with what the guest knows it by. */
export interface OpenedShare {
  readonly tag: string;
  readonly link: AttachedFolder;
}

async function openOne({ tag, module, setup }: ShareAttachment, owner: LinkOwner): Promise<OpenedShare> {
  const { openShare } = (await import(module)) as { readonly openShare?: OpenShare };
  if (typeof openShare !== 'function') throw new Error(`the module ${module} of a shared folder exports no openShare`);
  return { tag, link: await openShare(setup, owner) };
}

/** Opens all in order. @throws what one of them throws; the others are closed again */
export async function openShares(attachments: readonly ShareAttachment[], owner: LinkOwner): Promise<readonly OpenedShare[]> {
  const opened = await Promise.allSettled(attachments.map((attachment) => openOne(attachment, owner)));
  const failed = opened.find((result) => result.status === 'rejected');
  const shares = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return shares;
  await closeShares(shares, owner);
  throw failed.reason;
}

/** Closes them; what cannot be closed is said in the log. */
export async function closeShares(shares: readonly OpenedShare[], owner: LinkOwner): Promise<void> {
  for (const result of await Promise.allSettled(shares.map(({ link }) => link.close())))
    if (result.status === 'rejected') owner.log(`a shared folder could not be closed: ${String(result.reason)}`);
}

/** Passes a message to what serves a folder. @throws MachineError where the machine has no such folder */
export async function tellShare(shares: readonly OpenedShare[], share: number, message: unknown): Promise<unknown> {
  const found = shares[share];
  if (!found) throw new MachineError('share-absent', { share: share + 1 });
  return found.link.told(message);
}
