/** The firmware configuration device as a board lists it. */
import { mount } from '../kit/device.ts';
import type { Part } from '../kit/part.ts';
import { FwCfg } from './device.ts';
import type { FwCfgItems } from './items.ts';
import { fwCfgRegisters } from './registers.ts';
import { fwCfgState } from './state.ts';

/** @param items what it offers */
export const fwCfg = (items: FwCfgItems): Part => ({
  name: 'fw-cfg',
  title: 'Firmware configuration (fw_cfg)',
  components: [{ name: 'fw-cfg', schema: fwCfgState }],
  build({ place, memory }) {
    const mounted = mount(new FwCfg('fw-cfg', place('fw-cfg'), items, memory), fwCfgRegisters);
    return { target: mounted, devices: [mounted] };
  },
});
