/** A virtio 9P transport as a board lists it. */
import { attachMessages } from '../message-back-end.ts';
import type { VirtioPart } from '../part.ts';
import { Virtio9p } from './device.ts';
import { ninePState } from './state.ts';

/**
 * @param share which of the machine's shared folders it is, from 0
 * @param tag what the guest knows it by, for people
 */
export const virtio9p = (share: number, tag = String(share + 1)): VirtioPart => {
  const name = `virtio-9p-${share}`;
  return {
    component: { name, schema: ninePState },
    title: `Shared folder ${tag} (virtio 9P)`,
    queues: 1,
    build({ place }, wires) {
      const device = new Virtio9p(name, place(name), wires);
      return { device, attach: (outside) => attachMessages(device, name, share, outside) };
    },
  };
};
