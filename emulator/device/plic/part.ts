/** The platform-level interrupt controller as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { Plic } from './device.ts';
import { plicRegisters } from './registers.ts';
import { plicState, SOURCES } from './state.ts';

/** Local interrupts, as `mip` numbers them (privileged manual, section 3.1.9). */
const SUPERVISOR_EXTERNAL = 9;
const MACHINE_EXTERNAL = 11;

export const plic = (cores: number): Part => ({
  name: 'plic',
  title: 'Platform-level interrupt controller',
  components: [{ name: 'plic', schema: plicState(2 * cores) }],
  node: {
    name: 'plic',
    properties: ({ toCores, phandle }) => ({
      compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
      'riscv,ndev': SOURCES - 1,
      'interrupts-extended': toCores(MACHINE_EXTERNAL, SUPERVISOR_EXTERNAL),
      'interrupt-controller': true,
      '#address-cells': 0,
      '#interrupt-cells': 1,
      phandle,
    }),
  },
  build({ place, signals }) {
    const device = new Plic('plic', place('plic'), signals);
    const mounted = mount(device, plicRegisters(2 * cores));
    return { target: mounted, devices: [mounted], line: (source) => device.line(source) };
  },
});
