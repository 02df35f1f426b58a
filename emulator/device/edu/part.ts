/** The teaching device as a board lists it. */
import { functionName, type PciPart } from '../pci/part.ts';
import { Edu } from './device.ts';
import { eduPciState, eduState } from './state.ts';

export const edu: PciPart = {
  name: 'edu',
  title: 'Teaching device (edu)',
  components: [
    { name: 'edu', schema: eduState },
    { name: functionName('edu'), schema: eduPciState },
  ],
  build({ place, memory, log, message }) {
    const device = new Edu('edu', place('edu'), place(functionName('edu')), { memory, log, message });
    return { function: device.function, behind: [device.registers] };
  },
};
