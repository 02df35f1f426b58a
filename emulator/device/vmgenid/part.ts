/** The generation ID as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Vmgenid } from './device.ts';
import { vmgenidRegisters } from './registers.ts';
import { GENERATION_ID_BYTES, vmgenidState } from './state.ts';

export const vmgenid: Part = {
  name: 'vmgenid',
  title: 'Generation ID',
  components: [{ name: 'vmgenid', schema: vmgenidState }],
  added: true,
  node: { name: 'rng', properties: () => ({ compatible: 'microsoft,vmgenid' }) },
  build({ place, line }) {
    const device = new Vmgenid('vmgenid', place('vmgenid'), line);
    const mounted = mount(device, vmgenidRegisters);
    return {
      target: mounted,
      devices: [mounted],
      attach({ gate, entropy }) {
        const give = (apply: (id: Uint8Array) => void) => {
          const id = entropy(GENERATION_ID_BYTES);
          gate.admit({ kind: 'generation', id }, () => apply(id));
        };
        return { begin: () => give((id) => device.begin(id)), renewGeneration: () => give((id) => device.renew(id)) };
      },
    };
  },
};
