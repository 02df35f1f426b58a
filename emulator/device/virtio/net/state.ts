/** State of a virtio network device (virtio 1.3, section 5.1): the transport's, the configuration and what the driver has set. */
import { bytes, schema, u16, u32, u8 } from '../../../snapshot/schema.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

/** Feature bits (section 5.1.3). */
export const FEATURE_CHECKSUM = 1n << 0n;
export const FEATURE_GUEST_CHECKSUM = 1n << 1n;
export const FEATURE_GUEST_OFFLOADS = 1n << 2n;
export const FEATURE_MTU = 1n << 3n;
export const FEATURE_ADDRESS = 1n << 5n;
export const FEATURE_GUEST_TSO4 = 1n << 7n;
export const FEATURE_GUEST_TSO6 = 1n << 8n;
export const FEATURE_HOST_TSO4 = 1n << 11n;
export const FEATURE_HOST_TSO6 = 1n << 12n;
export const FEATURE_MERGED_BUFFERS = 1n << 15n;
export const FEATURE_STATUS = 1n << 16n;
export const FEATURE_CONTROL = 1n << 17n;
export const FEATURE_CONTROL_RECEIVE = 1n << 18n;
export const FEATURE_CONTROL_VLAN = 1n << 19n;
export const FEATURE_ANNOUNCE = 1n << 21n;
export const FEATURE_CONTROL_ADDRESS = 1n << 23n;
export const FEATURE_SPEED_DUPLEX = 1n << 63n;

const OFFERED =
  FEATURE_CHECKSUM |
  FEATURE_GUEST_CHECKSUM |
  FEATURE_GUEST_OFFLOADS |
  FEATURE_ADDRESS |
  FEATURE_GUEST_TSO4 |
  FEATURE_GUEST_TSO6 |
  FEATURE_HOST_TSO4 |
  FEATURE_HOST_TSO6 |
  FEATURE_MERGED_BUFFERS |
  FEATURE_STATUS |
  FEATURE_CONTROL |
  FEATURE_CONTROL_RECEIVE |
  FEATURE_CONTROL_VLAN |
  FEATURE_ANNOUNCE |
  FEATURE_CONTROL_ADDRESS |
  FEATURE_SPEED_DUPLEX;

/** The features that `GUEST_OFFLOADS_SET` switches, by the bits they have there too (section 5.1.6.5.6.1). */
export const SWITCHED_OFFLOADS = FEATURE_GUEST_CHECKSUM | FEATURE_GUEST_TSO4 | FEATURE_GUEST_TSO6;

/** Queues (section 5.1.2) and their size. */
export const RECEIVE = 0;
export const TRANSMIT = 1;
export const CONTROL = 2;
export const NET_QUEUES = 3;
export const NET_QUEUE_SIZE = 256;

/** Bits of `status` in the configuration. */
export const STATUS_LINK_UP = 1;
export const STATUS_ANNOUNCE = 2;

/** Bits of `filter`: what the driver wants beside its own frames (section 5.1.6.5.1). */
export const USUAL_MTU = 1500;

export const netState = schema('virtio-net', 1, {
  ...transportFields(NET_QUEUES, TRANSPORT_FEATURES | OFFERED),
  /** Its address, in the order of the wire. */
  address: bytes(6),
  /** `STATUS_LINK_UP`, `STATUS_ANNOUNCE`. */
  linkStatus: u16(STATUS_LINK_UP),
  mtu: u16(USUAL_MTU),
  /** Of `SWITCHED_OFFLOADS`: those that the driver has switched off. */
  offloadsOff: u32(),
  /** The driver hears every frame, whatever its address. */
  promiscuous: u8(),
});
