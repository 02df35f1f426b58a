/** The keyboard controller as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { I8042 } from './device.ts';
import { i8042Registers } from './registers.ts';
import { i8042State } from './state.ts';

export const i8042: Part = {
  name: 'i8042',
  title: 'Keyboard controller (8042)',
  components: [{ name: 'i8042', schema: i8042State }],
  build({ place, power }) {
    const mounted = mount(new I8042('i8042', place('i8042'), power), i8042Registers);
    return { target: mounted, devices: [mounted] };
  },
};
