/** What a network card's link is told by its machine's owner, and answers. */
import type { Forward } from '../../preload/contract/forwards.ts';

/** What a link that is a private network is opened with. */
export interface NatSetup {
  readonly hostPorts: readonly number[];
  readonly forwards: readonly Forward[];
  /** The machine's name, as a host name. */
  readonly hostName?: string;
}

/** A TCP connection of a guest's. */
export interface ConnectionStatus {
  readonly guestPort: number;
  readonly peer: string;
  readonly peerPort: number;
  readonly state: string;
  readonly toGuest: number;
  readonly fromGuest: number;
}

export type LinkMessage =
  /** Answered with each forward's `ForwardStatus`. */
  | { readonly kind: 'forwards' }
  /** Those that are not there are opened, others closed; connections stay. Answered with what each is doing. */
  | { readonly kind: 'set forwards'; readonly forwards: readonly Forward[] }
  | { readonly kind: 'connections' }
  | { readonly kind: 'link'; readonly isUp: boolean };
