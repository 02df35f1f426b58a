/** The debug ports as a board lists them. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { DebugConsole } from './device.ts';
import { debugConsoleRegisters } from './registers.ts';
import { debugConsoleState } from './state.ts';

export const debugConsole: Part = {
  name: 'debug-console',
  title: 'Debug ports',
  components: [{ name: 'debug-console', schema: debugConsoleState }],
  build({ place, log }) {
    const mounted = mount(new DebugConsole('debug-console', place('debug-console'), log), debugConsoleRegisters);
    return { target: mounted, devices: [mounted] };
  },
};
