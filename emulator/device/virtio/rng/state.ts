/** State of a virtio entropy device (virtio 1.3, section 5.4): nothing beyond the transport's. */
import { schema } from '../../../snapshot/schema.ts';
import { TRANSPORT_FEATURES, transportFields } from '../state.ts';

export const RNG_QUEUE_SIZE = 64;
export const rngState = schema('virtio-rng', 1, transportFields(1, TRANSPORT_FEATURES));
