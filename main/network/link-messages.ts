/** What a network card's link is told by its machine's owner, and answers. */
import type { Forward, ForwardStatus } from './forward.ts';

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
  | { readonly kind: 'forwards' }
  | { readonly kind: 'add forward'; readonly forward: Forward }
  | { readonly kind: 'remove forward'; readonly forward: Forward }
  | { readonly kind: 'connections' }
  | { readonly kind: 'link'; readonly isUp: boolean };

/** By kind. */
export interface LinkAnswers {
  readonly forwards: readonly ForwardStatus[];
  readonly 'add forward': ForwardStatus;
  /** Whether there was one. */
  readonly 'remove forward': boolean;
  readonly connections: readonly ConnectionStatus[];
  readonly link: undefined;
}
