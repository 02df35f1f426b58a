/** Segments to the guest, before they are frames. */
import type { SynOptions } from '../wire/tcp.ts';

/** Who is at the two ends, as the guest sees them. */
export interface Ends {
  readonly guest: string;
  readonly guestPort: number;
  readonly peer: string;
  readonly peerPort: number;
}
export const keyOf = ({ guest, guestPort, peer, peerPort }: Ends): string => `${guest} ${guestPort} ${peer} ${peerPort}`;

/** An address of the guest's, and the one from which it is called. */
export interface Way {
  readonly guest: string;
  readonly from: string;
}

/** A segment to the guest, without ports. `fill` writes its data. */
export interface Outgoing {
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly window: number;
  readonly options: SynOptions;
  readonly length: number;
  /** Most bytes of data in one segment. */
  readonly mss: number;
  fill(into: Uint8Array, at: number): void;
}
