/** State of a virtio file system device (virtio 1.3, section 5.11): the transport's, the tag, and requests that are begun anew. */
import { bytes, schema, u32, u32s } from '../../../snapshot/schema.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

/** Queues (section 5.11.2): messages that must not wait behind others, and all others. */
export const HIGH_PRIORITY = 0;
export const REQUESTS = 1;
export const FS_QUEUES = 2;
/** Linux sends messages of as many pages as a queue has descriptors, less four: 1 MiB needs more than 256. */
export const FS_QUEUE_SIZE = 512;
/** Bytes of the tag in the configuration (section 5.11.4). */
export const TAG_BYTES = 36;
/** Requests that may be under way at once. */
export const IN_FLIGHT_MAX = 128;

export const fsState = schema('virtio-fs', 1, {
  ...transportFields(FS_QUEUES, TRANSPORT_FEATURES),
  /** UTF-8, filled up with zeroes. */
  tag: bytes(TAG_BYTES),
  /** Requests taken, counted from the machine's start. */
  requests: u32(),
  /** Requests that were taken and not answered when the machine came to a stand: queue in the high half, head in the low. */
  held: u32s(IN_FLIGHT_MAX),
  heldCount: u32(),
});
