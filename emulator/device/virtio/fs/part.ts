/** A virtio file system device as a board lists it. */
import type { VirtioPart } from '../part.ts';
import { FsBackEnd } from './back-end.ts';
import { VirtioFs } from './device.ts';
import { FS_QUEUES, fsState } from './state.ts';

/** @param share which of the machine's shared folders it is, from 0 */
export const virtioFs = (share: number): VirtioPart => {
  const name = `virtio-fs-${share}`;
  return {
    component: { name, schema: fsState },
    title: `Shared folder ${share + 1} (virtio file system)`,
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
