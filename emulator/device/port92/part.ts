/** System control port A as a board lists it (IBM PS/2 Technical Reference; 82371AB, section 4.1.10). */
import type { StateOf } from '../../snapshot/schema.ts';
import { DeviceCore, mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { registers } from '../kit/registers.ts';
import { port92State } from './state.ts';

interface Port92Front {
  readonly state: StateOf<typeof port92State>;
  control(value: number): void;
}

const RESET = 1;

const port92Registers = registers<Port92Front>()({
  control: {
    at: 0,
    width: 1,
    doc: 'bit 0 rising resets the machine, bit 1 opens address line 20',
    holds: 'control',
    write: (port, value) => port.control(value),
  },
});

export const port92: Part = {
  name: 'port92',
  title: 'System control port A',
  components: [{ name: 'port92', schema: port92State }],
  build({ place, power }) {
    const device = Object.assign(new DeviceCore('port92', port92State, place('port92')), {
      control(value: number) {
        const before = device.state.control;
        device.state.control = value;
        if ((value & ~before & RESET) !== 0) power({ kind: 'reboot' });
      },
    });
    const mounted = mount(device, port92Registers);
    return { target: mounted, devices: [mounted] };
  },
};
