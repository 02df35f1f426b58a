/** State of the virtual machine generation ID (Linux: Documentation/devicetree/bindings/rng/microsoft,vmgenid.yaml). */
import { bytes, schema } from '../../snapshot/schema.ts';

export const GENERATION_ID_BYTES = 16;

export const vmgenidState = schema('vmgenid', 1, {
  /** Random; another one whenever the machine goes on from a saved state. */
  id: bytes(GENERATION_ID_BYTES),
});
