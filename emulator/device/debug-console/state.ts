/** State of the debug ports: the line that a guest is writing. */
import { bytes, schema, u8 } from '../../snapshot/schema.ts';

export const LINE_BYTES = 160;

export const debugConsoleState = schema('debug-console', 1, {
  line: bytes(LINE_BYTES),
  length: u8(),
});
