/** Registers of the virtio-mmio transport, version 2: virtio 1.3, table 4.1. */
import { RegisterBank } from '../kit/registers.ts';
import type { QueueArea } from './device.ts';

/** What the registers ask of the device. */
export interface MmioFront {
  readonly state: TransportSelectors;
  readonly deviceId: number;
  features(): number;
  acceptFeatures(value: number): void;
  queueSizeMax(): number;
  queue(field: 'queueSize' | 'queueReady'): number;
  setQueueSize(value: number): void;
  setQueueReady(value: number): void;
  resetQueue(value: number): void;
  setQueueAddress(area: QueueArea, high: boolean, value: number): void;
  queueAddress(area: QueueArea, high: boolean): number;
  notify(queue: number): void;
  acknowledge(bits: number): void;
  setStatus(value: number): void;
  readConfig(offset: number): number;
  writeConfig(offset: number, byte: number): void;
}
interface TransportSelectors {
  deviceFeaturesSelect: number;
  driverFeaturesSelect: number;
  queueSelect: number;
  interruptStatus: number;
  status: number;
  configGeneration: number;
}

const WHOLE = 0xffff_ffff;
/** "virt", little-endian; and who made the device: "VIVA". */
export const MAGIC = 0x7472_6976;
export const VENDOR = 0x4156_4956;
/** Not the legacy interface, which was 1. */
export const VERSION = 2;
/** Bytes of device configuration that can be reached; no device here has more. */
const CONFIG_BYTES = 0x40;

const address = (at: number, area: QueueArea, high: boolean, doc: string) => ({
  at,
  doc,
  read: (t: MmioFront) => t.queueAddress(area, high),
  write: (t: MmioFront, value: number) => t.setQueueAddress(area, high, value),
});

// prettier-ignore
export const mmioRegisters = new RegisterBank<MmioFront>({
  magicValue:           { at: 0x000, doc: '"virt"', read: () => MAGIC },
  version:              { at: 0x004, doc: '2: not the legacy interface', read: () => VERSION },
  deviceId:             { at: 0x008, doc: 'virtio device type; 0 for an empty slot', read: (t) => t.deviceId },
  vendorId:             { at: 0x00c, doc: 'who made the device', read: () => VENDOR },
  deviceFeatures:       { at: 0x010, doc: 'offered features, the selected 32', read: (t) => t.features() },
  deviceFeaturesSelect: { at: 0x014, doc: 'which 32 features deviceFeatures shows', holds: 'deviceFeaturesSelect', writable: WHOLE },
  driverFeatures:       { at: 0x020, doc: 'features the driver takes, the selected 32', write: (t, value) => t.acceptFeatures(value) },
  driverFeaturesSelect: { at: 0x024, doc: 'which 32 features driverFeatures sets', holds: 'driverFeaturesSelect', writable: WHOLE },
  queueSelect:          { at: 0x030, doc: 'the queue that the queue registers mean', holds: 'queueSelect', writable: WHOLE },
  queueSizeMax:         { at: 0x034, doc: 'largest size of the queue; 0 if there is none', read: (t) => t.queueSizeMax() },
  queueSize:            { at: 0x038, doc: 'size of the queue', read: (t) => t.queue('queueSize'), write: (t, value) => t.setQueueSize(value) },
  queueReady:           { at: 0x044, doc: '1 lets the device use the queue', read: (t) => t.queue('queueReady'), write: (t, value) => t.setQueueReady(value) },
  queueNotify:          { at: 0x050, doc: 'there are new buffers in this queue', write: (t, value) => t.notify(value) },
  interruptStatus:      { at: 0x060, doc: 'bit 0: used buffers; bit 1: configuration changed', holds: 'interruptStatus' },
  interruptAcknowledge: { at: 0x064, doc: 'clears bits of interruptStatus', write: (t, value) => t.acknowledge(value) },
  status:               { at: 0x070, doc: 'device status; 0 resets the device', holds: 'status', write: (t, value) => t.setStatus(value) },
  queueDescLow:         address(0x080, 'descriptorArea', false, 'address of the descriptor table'),
  queueDescHigh:        address(0x084, 'descriptorArea', true, 'its high half'),
  queueDriverLow:       address(0x090, 'driverArea', false, 'address of the available ring'),
  queueDriverHigh:      address(0x094, 'driverArea', true, 'its high half'),
  queueDeviceLow:       address(0x0a0, 'deviceArea', false, 'address of the used ring'),
  queueDeviceHigh:      address(0x0a4, 'deviceArea', true, 'its high half'),
  shmSelect:            { at: 0x0ac, doc: 'shared memory region; there is none' },
  shmLengthLow:         { at: 0x0b0, doc: 'all ones: no such region', read: () => WHOLE },
  shmLengthHigh:        { at: 0x0b4, doc: 'all ones: no such region', read: () => WHOLE },
  shmBaseLow:           { at: 0x0b8, doc: 'all ones: no such region', read: () => WHOLE },
  shmBaseHigh:          { at: 0x0bc, doc: 'all ones: no such region', read: () => WHOLE },
  queueReset:           { at: 0x0c0, doc: 'resets the queue', write: (t, value) => t.resetQueue(value) },
  configGeneration:     { at: 0x0fc, doc: 'changes when the configuration does', holds: 'configGeneration' },
  config:               { at: 0x100, width: 1, count: CONFIG_BYTES, doc: 'device configuration',
                          read: (t, offset) => t.readConfig(offset), write: (t, byte, offset) => t.writeConfig(offset, byte) },
});
