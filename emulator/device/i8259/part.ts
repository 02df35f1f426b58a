/** The two 8259A as a board lists them. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { I8259 } from './device.ts';
import { INTR } from './lines.ts';
import { i8259Registers } from './registers.ts';
import { i8259State } from './state.ts';

/** The core whose INTR pin they drive. */
const BOOT_CORE = 0;

export const i8259: Part = {
  name: 'i8259',
  title: 'Interrupt controllers (two 8259A)',
  components: [{ name: 'i8259', schema: i8259State }],
  build({ place, signals }) {
    const device = new I8259('i8259', place('i8259'), (level) => signals[BOOT_CORE]?.drive(INTR, level));
    const mounted = mount(device, i8259Registers);
    return {
      target: mounted,
      devices: [mounted],
      line: (irq) => device.line(irq),
      acknowledge: () => device.acknowledge(),
    };
  },
};
