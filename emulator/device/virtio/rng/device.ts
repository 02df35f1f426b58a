/** The front end of a virtio entropy device (virtio 1.3, section 5.4): one queue, no configuration. */
import type { Place } from '../../kit/device.ts';
import { VirtioDevice, type VirtioWires } from '../device.ts';
import { RNG_QUEUE_SIZE, rngState } from './state.ts';

export class VirtioRng extends VirtioDevice {
  constructor(name: string, place: Place, wires: VirtioWires) {
    super(name, { deviceId: 4, queues: 1, queueSizeMax: RNG_QUEUE_SIZE, schema: rngState }, place, wires);
  }
}
