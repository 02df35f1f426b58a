/** A virtio file system device as a board lists it. */
import { attachMessages } from '../message-back-end.ts';
import type { VirtioPart } from '../part.ts';
import { VirtioFs } from './device.ts';
import { FS_QUEUES, fsState } from './state.ts';

/**
 * @param share which of the machine's shared folders it is, from 0
 * @param tag what the guest knows it by, for people
 */
export const virtioFs = (share: number, tag = String(share + 1)): VirtioPart => {
  const name = `virtio-fs-${share}`;
  return {
    component: { name, schema: fsState },
    title: `Shared folder ${tag} (virtio file system)`,
    added: true,
    queues: FS_QUEUES,
    build({ place }, wires) {
      const device = new VirtioFs(name, place(name), wires);
      return { device, attach: (outside) => attachMessages(device, name, share, outside) };
    },
  };
};
