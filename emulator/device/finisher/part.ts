/** SiFive's test finisher as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Finisher } from './device.ts';
import { finisherRegisters } from './registers.ts';
import { finisherState } from './state.ts';

export const finisher: Part = {
  name: 'finisher',
  title: 'Power switch (SiFive test finisher)',
  components: [{ name: 'finisher', schema: finisherState }],
  node: { name: 'test', properties: ({ phandle }) => ({ compatible: ['sifive,test1', 'sifive,test0', 'syscon'], phandle }) },
  build({ place, power }) {
    const mounted = mount(new Finisher('finisher', place('finisher'), power), finisherRegisters);
    return { target: mounted, devices: [mounted] };
  },
};
