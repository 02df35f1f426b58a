/** The core-local interruptor as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Clint } from './device.ts';
import { clintRegisters } from './registers.ts';
import { clintState } from './state.ts';

/** Local interrupts, as `mip` numbers them (privileged manual, section 3.1.9). */
const MACHINE_SOFTWARE = 3;
const MACHINE_TIMER = 7;

export const clint = (cores: number): Part => ({
  name: 'clint',
  title: 'Core-local interruptor',
  components: [{ name: 'clint', schema: clintState(cores) }],
  node: {
    name: 'clint',
    properties: ({ toCores }) => ({
      compatible: ['sifive,clint0', 'riscv,clint0'],
      'interrupts-extended': toCores(MACHINE_SOFTWARE, MACHINE_TIMER),
    }),
  },
  build({ place, signals, clock }) {
    const device = new Clint('clint', place('clint'), signals, clock);
    const mounted = mount(device, clintRegisters(cores));
    return { target: mounted, devices: [mounted], deadline: (core) => device.deadline(core) };
  },
});
