/** The disks of a machine on its I/O thread: files used in place, and disks that modules of the owner's open. */
import { type AttachedDisk, type DiskAttachment, type DiskOwner, MachineError, type ModuleDisk, type OpenDisk } from '../index.ts';
import { openFileDisk } from './file-disk.ts';

/** What the disks of a machine may tell its owner, by slot. */
export type OwnerOf = (slot: number) => DiskOwner;

async function openModuleDisk({ module, setup }: ModuleDisk, owner: DiskOwner): Promise<AttachedDisk> {
  const { openDisk } = (await import(module)) as { readonly openDisk?: OpenDisk };
  if (typeof openDisk !== 'function') throw new Error(`the disk module ${module} exports no openDisk`);
  return openDisk(setup, owner);
}

/**
 * Opens all disks of a machine, in slot order.
 * @throws MachineError when one cannot be opened; the others are closed again
 */
export async function openDisks(attachments: readonly DiskAttachment[], ownerOf: OwnerOf): Promise<readonly AttachedDisk[]> {
  const opened = await Promise.allSettled(
    attachments.map((attachment, slot) =>
      'module' in attachment ? openModuleDisk(attachment, ownerOf(slot)) : openFileDisk(attachment, ownerOf(slot)),
    ),
  );
  const failed = opened.find((result) => result.status === 'rejected');
  const disks = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return disks;
  await closeDisks(disks, (line) => ownerOf(0).log(line));
  throw failed.reason;
}

/** Closes disks; what cannot be closed is said in the log. */
export async function closeDisks(disks: readonly AttachedDisk[], log: (line: string) => void): Promise<void> {
  for (const result of await Promise.allSettled(disks.map((disk) => disk.close())))
    if (result.status === 'rejected') log(`a disk could not be closed: ${String(result.reason)}`);
}

/** Passes a message to a disk. @throws MachineError where the disk takes none */
export async function tellDisk(disks: readonly AttachedDisk[], slot: number, message: unknown): Promise<unknown> {
  const disk = disks[slot];
  if (!disk) throw new MachineError('disk-absent', { slot });
  if (!disk.told) throw new MachineError('disk-takes-no-messages', { slot });
  return disk.told(message);
}
