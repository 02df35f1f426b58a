/** An empty virtio-mmio slot: the transport answers, with device type 0 (virtio 1.3, section 4.2.2). */
import { schema } from '../../snapshot/schema.ts';
import type { VirtioKind } from './device.ts';
import { transportFields } from './state.ts';

export const emptySlot: VirtioKind = {
  deviceId: 0,
  queues: 0,
  queueSizeMax: 0,
  schema: schema('virtio-empty', 1, transportFields(0, 0n)),
};
