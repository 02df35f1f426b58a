/** A virtio file system device as a board lists it. */
import type { VirtioPart } from '../part.ts';
import { FsBackEnd } from './back-end.ts';
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
      return {
        device,
        attach({ shares, gate }) {
          const attached = shares[share];
          if (!attached) throw new Error(`shared folder ${share} of the configuration has no link`);
          const backEnd = new FsBackEnd(device, attached.link, { share, gate });
          return {
            notified: () => backEnd.notified(),
            begin: () => {
              device.plug(attached.tag);
              backEnd.begin();
            },
            inFlight: () => backEnd.inFlight,
            quiesce: () => backEnd.quiesce(),
            resume: () => backEnd.resume(),
            keeps: { name: `${name}-session`, kept: () => backEnd.kept, restored: (session) => backEnd.restored(session) },
          };
        },
      };
    },
  };
};
