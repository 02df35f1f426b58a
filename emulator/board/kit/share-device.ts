/** The device of a shared folder, by the protocol that it is to speak. */
import { virtio9p } from '../../device/virtio/9p/part.ts';
import { virtioFs } from '../../device/virtio/fs/part.ts';
import type { VirtioPart } from '../../device/virtio/part.ts';

/** @param share which of the machine's shared folders it is, from 0 */
export const shareDevice = (share: number, { tag, protocol }: { readonly tag?: string; readonly protocol?: '9p' }): VirtioPart =>
  protocol === '9p' ? virtio9p(share, tag) : virtioFs(share, tag);
