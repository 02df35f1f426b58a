/** The part of a virtio device's state that every device has: virtio 1.3, sections 2.1, 2.2, 2.7 and 4.2.2. */
import { type Field, u32, u32s, u64s } from '../../snapshot/schema.ts';

/** The fields of a transport with `queues` virtqueues. */
export type TransportFields = {
  status: Field<number>;
  interruptStatus: Field<number>;
  deviceFeaturesSelect: Field<number>;
  driverFeaturesSelect: Field<number>;
  offeredLow: Field<number>;
  offeredHigh: Field<number>;
  acceptedLow: Field<number>;
  acceptedHigh: Field<number>;
  queueSelect: Field<number>;
  configGeneration: Field<number>;
  resets: Field<number>;
  notified: Field<Int32Array>;
  queueSize: Field<Int32Array>;
  queueReady: Field<Int32Array>;
  descriptorArea: Field<BigUint64Array>;
  driverArea: Field<BigUint64Array>;
  deviceArea: Field<BigUint64Array>;
  nextAvailable: Field<Int32Array>;
  nextUsed: Field<Int32Array>;
  signalledUsed: Field<Int32Array>;
};

/** Declares them. Arrays have at least two elements, because a schema's array of one is a scalar. */
export function transportFields(queues: number, features: bigint): TransportFields {
  const count = Math.max(2, queues);
  return {
    status: u32(),
    interruptStatus: u32(),
    deviceFeaturesSelect: u32(),
    driverFeaturesSelect: u32(),
    /** What the device offers; what the driver took. */
    offeredLow: u32(Number(features & 0xffff_ffffn)),
    offeredHigh: u32(Number(features >> 32n)),
    acceptedLow: u32(),
    acceptedHigh: u32(),
    queueSelect: u32(),
    configGeneration: u32(),
    /** How often the driver has reset the device: what was begun before the last reset must not touch memory. */
    resets: u32(),
    /** A bit a queue that the driver notified and the I/O thread has not yet looked at. */
    notified: u32s(2),
    queueSize: u32s(count),
    queueReady: u32s(count),
    descriptorArea: u64s(count),
    driverArea: u64s(count),
    deviceArea: u64s(count),
    /** Index of the next available entry to take, and of the next used entry to write; both count modulo 65536. */
    nextAvailable: u32s(count),
    nextUsed: u32s(count),
    /** `nextUsed` when the driver was last interrupted (event index). */
    signalledUsed: u32s(count),
  };
}

/** Device status bits (section 2.1). */
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 64;

/** Features that every device here offers (chapter 6). */
export const FEATURE_INDIRECT = 1n << 28n;
export const FEATURE_EVENT_INDEX = 1n << 29n;
export const FEATURE_VERSION_1 = 1n << 32n;
export const TRANSPORT_FEATURES = FEATURE_INDIRECT | FEATURE_EVENT_INDEX | FEATURE_VERSION_1;
