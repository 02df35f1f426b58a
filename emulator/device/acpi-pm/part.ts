/** The fixed hardware of ACPI as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { AcpiPm } from './device.ts';
import { acpiPmRegisters } from './registers.ts';
import { acpiPmState } from './state.ts';

/** The core that watches over the timer. */
const WATCHER = 0;

export const acpiPm: Part = {
  name: 'acpi-pm',
  title: 'Power management (ACPI)',
  components: [{ name: 'acpi-pm', schema: acpiPmState }],
  build({ place, line, clock, signals, power }) {
    const device = new AcpiPm('acpi-pm', place('acpi-pm'), { line, clock, power, moved: () => signals[WATCHER]?.nudge() });
    const mounted = mount(device, acpiPmRegisters);
    return {
      target: mounted,
      devices: [mounted],
      line: (event) => device.line(event),
      deadline: (core) => (core === WATCHER ? device.deadline() : Infinity),
      attach: () => ({ pressPowerButton: () => device.pressPowerButton() }),
    };
  },
};
