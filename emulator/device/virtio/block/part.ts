/** A virtio block device as a board lists it. */
import type { VirtioPart } from '../part.ts';
import { BlockBackEnd } from './back-end.ts';
import { VirtioBlock } from './device.ts';
import { blockState } from './state.ts';

/** @param disk which of the machine's disks it is, from 0 @param name its component, as the guest counts block devices */
export const virtioBlock = (disk: number, name: string): VirtioPart => ({
  component: { name, schema: blockState },
  title: `Disk ${disk + 1} (virtio block)`,
  queues: 1,
  build({ place }, wires) {
    const device = new VirtioBlock(name, place(name), wires);
    return {
      device,
      attach({ disks, gate, log, soon }) {
        const store = disks[disk];
        if (!store) throw new Error(`disk ${disk} of the configuration has no store`);
        const backEnd = new BlockBackEnd(device, store, { disk, gate, log, soon });
        return {
          notified: () => backEnd.notified(),
          begin: () => backEnd.plug(),
          inFlight: () => backEnd.inFlight,
          quiesce: () => backEnd.quiesce(),
          resume: () => backEnd.resume(),
          restored: (others) => backEnd.restored(others?.[disk]),
        };
      },
    };
  },
});
