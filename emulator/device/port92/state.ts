/** State of system control port A (IBM PS/2 Technical Reference). */
import { schema, u8 } from '../../snapshot/schema.ts';

export const port92State = schema('port92', 1, {
  /** Bit 1: address line 20 is not forced low. (It never is here.) */
  control: u8(2),
});
