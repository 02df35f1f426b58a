/** pvpanic as a board lists it: a guest tells that its kernel has panicked (QEMU, docs/specs/pvpanic). */
import type { StateOf } from '../../snapshot/schema.ts';
import { DeviceCore, mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { registers } from '../kit/registers.ts';
import { pvpanicState } from './state.ts';

interface PvpanicFront {
  readonly state: StateOf<typeof pvpanicState>;
  tell(event: number): void;
}

const PANICKED = 1;
const CRASH_LOADED = 2;

const pvpanicRegisters = registers<PvpanicFront>()({
  event: {
    at: 0,
    width: 1,
    doc: 'reads the events there are: bit 0 panicked, bit 1 a crash kernel goes on; a write tells of them',
    read: () => PANICKED | CRASH_LOADED,
    write: (device, event) => device.tell(event),
  },
});

export const pvpanic: Part = {
  name: 'pvpanic',
  title: 'Panic notifier (pvpanic)',
  components: [{ name: 'pvpanic', schema: pvpanicState }],
  build({ place, log }) {
    const device = Object.assign(new DeviceCore('pvpanic', pvpanicState, place('pvpanic')), {
      tell(event: number) {
        device.state.event = event;
        if ((event & PANICKED) !== 0) log('the guest says that its kernel has panicked');
        else if ((event & CRASH_LOADED) !== 0) log('the guest says that its kernel has panicked; its crash kernel goes on');
      },
    });
    const mounted = mount(device, pvpanicRegisters);
    return { target: mounted, devices: [mounted] };
  },
};
