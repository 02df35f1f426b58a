/** State of a virtio file system device (virtio 1.3, section 5.11): the transport's, the tag, and requests that are begun anew. */
import { bytes, schema } from '../../../snapshot/schema.ts';
import { messageFields } from '../message-back-end.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

/** Queues (section 5.11.2): messages that must not wait behind others, and all others. */
export const FS_QUEUES = 2;
/** Linux sends messages of as many pages as a queue has descriptors, less four: 1 MiB needs more than 256. */
export const FS_QUEUE_SIZE = 512;
/** Bytes of the tag in the configuration (section 5.11.4). */
export const TAG_BYTES = 36;

export const fsState = schema('virtio-fs', 1, {
  ...transportFields(FS_QUEUES, TRANSPORT_FEATURES),
  /** UTF-8, filled up with zeroes. */
  tag: bytes(TAG_BYTES),
  ...messageFields(),
});
