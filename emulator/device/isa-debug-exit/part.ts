/** The exit port as a board lists it: a test that runs without an operating system ends the machine with a code. */
import type { StateOf } from '../../snapshot/schema.ts';
import { DeviceCore, mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { registers } from '../kit/registers.ts';
import { debugExitState } from './state.ts';

interface DebugExitFront {
  readonly state: StateOf<typeof debugExitState>;
  exit(value: number): void;
}

export const EXIT_BYTES = 4;
/** Offsets are from port 0xF4, which test kernels use; QEMU's own place is another. */
export const QEMU_AT = 0x501 - 0xf4;

const exitRegisters = registers<DebugExitFront>()({
  exit: { at: 0, doc: 'ends the machine with the code 2 n + 1', holds: 'last', write: (device, value) => device.exit(value) },
  exitAtQemu: { at: QEMU_AT, width: 1, doc: 'the same', write: (device, value) => device.exit(value) },
});

export const isaDebugExit: Part = {
  name: 'isa-debug-exit',
  title: 'Exit port (isa-debug-exit)',
  components: [{ name: 'isa-debug-exit', schema: debugExitState }],
  build({ place, power }) {
    const device = Object.assign(new DeviceCore('isa-debug-exit', debugExitState, place('isa-debug-exit')), {
      exit(value: number) {
        device.state.last = value;
        power({ kind: 'poweroff', code: (value * 2 + 1) & 0xff });
      },
    });
    const mounted = mount(device, exitRegisters);
    return { target: mounted, devices: [mounted] };
  },
};
