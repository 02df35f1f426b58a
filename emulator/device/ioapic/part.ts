/** The I/O APIC as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Ioapic } from './device.ts';
import { ioapicRegisters } from './registers.ts';
import { ioapicState } from './state.ts';

export const ioapic: Part = {
  name: 'ioapic',
  title: 'I/O interrupt controller (82093AA)',
  components: [{ name: 'ioapic', schema: ioapicState }],
  build({ place, message }) {
    const device = new Ioapic('ioapic', place('ioapic'), message);
    const mounted = mount(device, ioapicRegisters);
    return {
      target: mounted,
      devices: [mounted],
      line: (pin) => device.line(pin),
      endOfInterrupt: (vector) => device.lock.hold(() => device.endOfInterrupt(vector)),
    };
  },
};
