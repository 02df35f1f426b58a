/** A virtio entropy device as a board lists it. */
import type { VirtioPart } from '../part.ts';
import { RngBackEnd } from './back-end.ts';
import { VirtioRng } from './device.ts';
import { rngState } from './state.ts';

const NAME = 'virtio-rng';

export const virtioRng: VirtioPart = {
  component: { name: NAME, schema: rngState },
  title: 'Entropy source (virtio)',
  queues: 1,
  build({ place }, wires) {
    const device = new VirtioRng(NAME, place(NAME), wires);
    return {
      device,
      attach({ entropy, gate }) {
        const backEnd = new RngBackEnd(device, entropy, gate);
        return { notified: () => backEnd.notified() };
      },
    };
  },
};
