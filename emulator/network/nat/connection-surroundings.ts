/** What a connection asks of the table that it is in. */
import type { Outgoing } from './outgoing.ts';

export interface ConnectionSurroundings<Connection> {
  readonly now: number;
  /** Most bytes of data that a segment to the guest may have, and a frame. */
  segmentMax(version: 4 | 6): number;
  burst(version: 4 | 6): number;
  emit(connection: Connection, segment: Outgoing): void;
  /** It has something to send or to acknowledge. */
  wants(connection: Connection): void;
  /** It owes the guest a word that may wait a little for data to go with: `acknowledgeOverdue` is to be called soon. */
  owes(connection: Connection): void;
  /** Nobody answers its call: has it call another address of the guest's. @returns whether there is one */
  callElsewhere(connection: Connection): boolean;
  /** The guest has ended it or it failed; the host was told why by `reason`. */
  gone(connection: Connection): void;
}
