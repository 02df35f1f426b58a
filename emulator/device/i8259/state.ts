/** State of a PC's two 8259A interrupt controllers, each array with the master first (Intel 8259A data sheet). */
import { bytes, schema } from '../../snapshot/schema.ts';

export const i8259State = schema('i8259', 1, {
  /** The inputs as the devices drive them. */
  inputs: bytes(2),
  /** Requests: latched edges, or inputs that are level-triggered and high. */
  requests: bytes(2),
  mask: { ...bytes(2), reset: 0xff },
  inService: bytes(2),
  /** The input of lowest priority. */
  lowest: { ...bytes(2), reset: 7 },
  /** ICW2: bits 7 to 3 of the vectors. */
  vectorBase: bytes(2),
  /** Which initialisation word comes next; 0 when there is none. */
  expected: bytes(2),
  /** ICW1 announced an ICW4. */
  wantsIcw4: bytes(2),
  autoEnd: bytes(2),
  specialFullyNested: bytes(2),
  specialMask: bytes(2),
  rotateOnAutoEnd: bytes(2),
  /** OCW3: a read gives the in-service register, or answers a poll. */
  readInService: bytes(2),
  poll: bytes(2),
  /** ELCR: inputs that are level-triggered. */
  levelTriggered: bytes(2),
});
