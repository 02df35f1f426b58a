/** State of a virtio 9P transport (Linux, include/uapi/linux/virtio_9p.h): the transport's, the tag, and requests that are begun anew. */
import { bytes, schema, u32 } from '../../../snapshot/schema.ts';
import { messageFields } from '../message-back-end.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

/** As QEMU has it. Linux sends messages of as many pages as it has descriptors, less three. */
export const NINE_P_QUEUE_SIZE = 128;
/** The configuration has a tag. */
const MOUNT_TAG = 1n << 0n;
/** Bytes of the tag that there is room for. */
export const TAG_BYTES = 36;

export const ninePState = schema('virtio-9p', 1, {
  ...transportFields(1, TRANSPORT_FEATURES | MOUNT_TAG),
  tag: bytes(TAG_BYTES),
  tagLength: u32(),
  ...messageFields(),
});
