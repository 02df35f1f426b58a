/** State of a virtio block device (virtio 1.3, section 5.2): the transport's, and the configuration. */
import { schema, since, u32, u32s, u64, u8 } from '../../../snapshot/schema.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

export const FEATURE_SEG_MAX = 1n << 2n;
export const FEATURE_READ_ONLY = 1n << 5n;
export const FEATURE_BLOCK_SIZE = 1n << 6n;
export const FEATURE_FLUSH = 1n << 9n;
export const FEATURE_DISCARD = 1n << 13n;
export const FEATURE_WRITE_ZEROES = 1n << 14n;

/** Requests that may be in flight. */
export const BLOCK_QUEUE_SIZE = 256;
/** Pieces of data in one request: the queue's size less header and status. */
export const SEGMENTS_MAX = BLOCK_QUEUE_SIZE - 2;
/** Virtio counts disks in sectors of this many bytes. */
export const SECTOR_BYTES = 512;

export const blockState = schema('virtio-block', 2, {
  ...transportFields(1, TRANSPORT_FEATURES | FEATURE_SEG_MAX | FEATURE_BLOCK_SIZE | FEATURE_FLUSH),
  /** In sectors. */
  capacity: u64(),
  readonly: u8(),
  /** Requests taken since the start: the number of the next. */
  requests: u32(),
  /** Requests that were begun and not finished when the machine stood still, by their heads: they are begun anew. */
  held: since(2, u32s(BLOCK_QUEUE_SIZE)),
  heldCount: since(2, u32()),
});
