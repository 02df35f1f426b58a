/** The structures of the virtio-pci transport, all in one region (virtio 1.3, sections 4.1.4.3 to 4.1.4.6). */
import { RegisterBank } from '../kit/registers.ts';
import type { QueueArea, VirtioDevice } from './device.ts';

/** Where each structure begins in the region, in bytes; each has a page, so that a guest can map it alone. */
export const COMMON_AT = 0x0000;
export const ISR_AT = 0x1000;
export const DEVICE_AT = 0x2000;
export const NOTIFY_AT = 0x3000;
export const STRUCTURE_BYTES = 0x1000;
export const REGION_BYTES = 0x4000;
/** Bytes from one queue's place of notification to the next. */
export const NOTIFY_MULTIPLIER = 4;
const QUEUES_MAX = 64;
/** Bytes of device configuration that can be reached; no device here has more. */
const CONFIG_BYTES = 0x40;
const WHOLE = 0xffff_ffff;

/** What the registers ask of the transport. */
export interface VirtioPciFront {
  readonly device: VirtioDevice;
  readonly state: VirtioDevice['state'];
  configVector: number;
  /** Of the selected queue. */
  queueVector: number;
  enableQueue(value: number): void;
  takeInterruptStatus(): number;
}

const address = (at: number, area: QueueArea, high: boolean, doc: string) => ({
  at,
  doc,
  read: ({ device }: VirtioPciFront) => device.queueAddress(area, high),
  write: ({ device }: VirtioPciFront, value: number) => device.setQueueAddress(area, high, value),
});
/** The queue's size; before the driver chooses one, the largest. */
const queueSize = (device: VirtioDevice) => device.queue('queueSize') || device.queueSizeMax();

// prettier-ignore
export const pciRegisters = new RegisterBank<VirtioPciFront>({
  deviceFeatureSelect: { at: 0x00, doc: 'which 32 features deviceFeature shows', holds: 'deviceFeaturesSelect', writable: WHOLE },
  deviceFeature:       { at: 0x04, doc: 'offered features, the selected 32', read: ({ device }) => device.features() },
  driverFeatureSelect: { at: 0x08, doc: 'which 32 features driverFeature sets', holds: 'driverFeaturesSelect', writable: WHOLE },
  driverFeature:       { at: 0x0c, doc: 'features the driver takes, the selected 32', read: ({ device }) => device.acceptedFeatures(),
                         write: ({ device }, value) => device.acceptFeatures(value) },
  configMsixVector:    { at: 0x10, width: 2, doc: 'the vector for changes of the configuration', read: (t) => t.configVector,
                         write: (t, value) => (t.configVector = value) },
  numQueues:           { at: 0x12, width: 2, doc: 'how many queues there are', read: ({ device }) => device.kind.queues },
  deviceStatus:        { at: 0x14, width: 1, doc: 'device status; 0 resets the device', holds: 'status',
                         write: ({ device }, value) => device.setStatus(value) },
  configGeneration:    { at: 0x15, width: 1, doc: 'changes when the configuration does', holds: 'configGeneration' },
  queueSelect:         { at: 0x16, width: 2, doc: 'the queue that the queue registers mean', holds: 'queueSelect', writable: 0xffff },
  queueSize:           { at: 0x18, width: 2, doc: 'size of the queue; 0 if there is none', read: ({ device }) => queueSize(device),
                         write: ({ device }, value) => device.setQueueSize(value) },
  queueMsixVector:     { at: 0x1a, width: 2, doc: "the vector for the queue's used buffers", read: (t) => t.queueVector,
                         write: (t, value) => (t.queueVector = value) },
  queueEnable:         { at: 0x1c, width: 2, doc: '1 lets the device use the queue', read: ({ device }) => device.queue('queueReady'),
                         write: (t, value) => t.enableQueue(value) },
  queueNotifyOff:      { at: 0x1e, width: 2, doc: 'which place of notification is the queue\'s', read: ({ state }) => state.queueSelect },
  queueDescLow:        address(0x20, 'descriptorArea', false, 'address of the descriptor table'),
  queueDescHigh:       address(0x24, 'descriptorArea', true, 'its high half'),
  queueDriverLow:      address(0x28, 'driverArea', false, 'address of the available ring'),
  queueDriverHigh:     address(0x2c, 'driverArea', true, 'its high half'),
  queueDeviceLow:      address(0x30, 'deviceArea', false, 'address of the used ring'),
  queueDeviceHigh:     address(0x34, 'deviceArea', true, 'its high half'),
  queueNotifyData:     { at: 0x38, width: 2, doc: '0: notification data is not offered' },
  queueReset:          { at: 0x3a, width: 2, doc: '0: resetting one queue is not offered' },
  isr:                 { at: ISR_AT, width: 1, doc: 'bit 0: used buffers; bit 1: configuration changed', effect: 'clears both',
                         read: (t) => t.takeInterruptStatus() },
  config:              { at: DEVICE_AT, width: 1, count: CONFIG_BYTES, doc: 'device configuration',
                         read: ({ device }, offset) => device.readConfig(offset),
                         write: ({ device }, byte, offset) => device.writeConfig(offset, byte) },
  notify:              { at: NOTIFY_AT, width: 2, count: QUEUES_MAX, stride: NOTIFY_MULTIPLIER, doc: 'there are new buffers in this queue',
                         write: ({ device }, _value, queue) => device.notify(queue) },
});
