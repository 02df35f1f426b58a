/** A virtio network device as a board lists it. */
import type { VirtioPart } from '../part.ts';
import { NetBackEnd } from './back-end.ts';
import { VirtioNet } from './device.ts';
import { NET_QUEUES, netState } from './state.ts';

/** @param card which of the machine's network cards it is, from 0 */
export const virtioNet = (card: number): VirtioPart => {
  const name = `virtio-net-${card}`;
  return {
    component: { name, schema: netState },
    title: `Network card ${card + 1} (virtio)`,
    queues: NET_QUEUES,
    build({ place }, wires) {
      const device = new VirtioNet(name, place(name), wires);
      return {
        device,
        attach({ networks, gate }) {
          const network = networks[card];
          if (!network) throw new Error(`network card ${card} of the configuration has no link`);
          const backEnd = new NetBackEnd(device, network.link, { card, gate });
          return {
            notified: () => backEnd.notified(),
            begin: () => {
              device.plug(network);
              backEnd.returned();
            },
            quiesce: () => Promise.resolve(backEnd.setHeld(true)),
            resume: () => backEnd.setHeld(false),
            restored: () => backEnd.returned(),
            renewGeneration: () => device.announce(),
            keeps: {
              name: `${name}-under-way`,
              kept: () => network.link.underWay?.(),
              restored: (saved) => (saved ? network.link.wasUnderWay?.(saved) : undefined),
            },
          };
        },
      };
    },
  };
};
