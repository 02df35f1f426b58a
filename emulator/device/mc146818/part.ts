/** The real-time clock of a PC as a board lists it. */
import { clockAdjusting } from '../kit/clock-adjusting.ts';
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Mc146818 } from './device.ts';
import { mc146818Registers } from './registers.ts';
import { mc146818State } from './state.ts';

/** The core that watches over its interrupts. */
const WATCHER = 0;

/** @param memory what firmware finds in its memory, by register */
export const mc146818 = (memory: Readonly<Record<number, number>>): Part => ({
  name: 'mc146818',
  title: 'Real-time clock (MC146818)',
  components: [{ name: 'mc146818', schema: mc146818State }],
  build({ place, line, clock, signals }) {
    const moved = () => signals[WATCHER]?.nudge();
    const device = new Mc146818('mc146818', place('mc146818'), { line, clock, moved });
    const mounted = mount(device, mc146818Registers);
    return {
      target: mounted,
      devices: [mounted],
      deadline: (core) => (core === WATCHER ? device.deadline() : Infinity),
      attach(outside) {
        const adjustClock = clockAdjusting(outside, device);
        const begin = () => {
          device.lock.hold(() => Object.entries(memory).forEach(([register, value]) => (device.state.memory[Number(register)] = value)));
          adjustClock();
        };
        return { begin, adjustClock };
      },
    };
  },
});
