/** The goldfish real-time clock as a board lists it. */
import { clockAdjusting } from '../kit/clock-adjusting.ts';
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { GoldfishRtc } from './device.ts';
import { rtcRegisters } from './registers.ts';
import { rtcState } from './state.ts';

/** The core that watches over the alarm. */
const WATCHER = 0;

export const goldfishRtc: Part = {
  name: 'goldfish-rtc',
  title: 'Real-time clock (Goldfish)',
  components: [{ name: 'goldfish-rtc', schema: rtcState }],
  node: { name: 'rtc', properties: () => ({ compatible: 'google,goldfish-rtc' }) },
  build({ place, line, clock, signals }) {
    const device = new GoldfishRtc('goldfish-rtc', place('goldfish-rtc'), { line, clock, alarmMoved: () => signals[WATCHER]?.nudge() });
    const mounted = mount(device, rtcRegisters);
    return {
      target: mounted,
      devices: [mounted],
      deadline: (core) => (core === WATCHER ? device.deadline() : Infinity),
      attach(outside) {
        const adjustClock = clockAdjusting(outside, device);
        return { begin: adjustClock, adjustClock };
      },
    };
  },
};
