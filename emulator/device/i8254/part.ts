/** The interval timer as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { I8254 } from './device.ts';
import { i8254Registers } from './registers.ts';
import { i8254State } from './state.ts';

/** The core that watches over the interrupt. */
const WATCHER = 0;

export const i8254: Part = {
  name: 'i8254',
  title: 'Interval timer (8254)',
  components: [{ name: 'i8254', schema: i8254State }],
  build({ place, line, clock, signals }) {
    const device = new I8254('i8254', place('i8254'), { line, clock, moved: () => signals[WATCHER]?.nudge() });
    const mounted = mount(device, i8254Registers);
    return { target: mounted, devices: [mounted], deadline: (core) => (core === WATCHER ? device.deadline() : Infinity) };
  },
};
