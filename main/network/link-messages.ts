/** What a network card's link is told by its machine's owner, and answers. */
import type { MessagePort } from 'node:worker_threads';
import type { Destination } from '../../emulator/network/nat/destination.ts';
import type { AddressPlan } from '../../emulator/network/nat/plan.ts';
import type { CableDefinition } from '../../preload/contract/definition/cable-fields.ts';
import type { Forward } from '../../preload/contract/forwards.ts';
import type { CableChange } from '../../preload/contract/links.ts';

/** What a link that is a private network is opened with. */
export interface NatSetup {
  readonly hostPorts: readonly number[];
  readonly forwards: readonly Forward[];
  /** The machine's name, as a host name. */
  readonly hostName?: string;
  readonly cable?: CableDefinition;
  /** Absent: wherever the host does. */
  readonly reach?: ReachSetup;
}
/** Where a guest may connect. */
export interface ReachSetup {
  /** Nowhere but to what is allowed. */
  readonly restrict: boolean;
  /** Absent: everywhere, unless it is restricted. */
  readonly allow?: readonly Destination[];
  readonly deny: readonly Destination[];
}

/** What the link of a private network understands. */
export type NatMessage =
  /** Answered with each forward's `ForwardStatus`. */
  | { readonly kind: 'forwards' }
  /** Those that are not there are opened, others closed; connections stay. Answered with what each is doing. */
  | { readonly kind: 'set forwards'; readonly forwards: readonly Forward[] }
  /** Where the guest may connect from now on. Answered with whether its network leads somewhere now and did not, or the other way round. */
  | { readonly kind: 'reach'; readonly hostPorts: readonly number[]; readonly reach: ReachSetup }
  /** Answered with the `NatReport`. */
  | { readonly kind: 'report' }
  /** Joins the stream behind `port` (`stream-messages.ts`) to a connection to a TCP port of the guest's; `wait`: as a request's. */
  | { readonly kind: 'connect'; readonly guestPort: number; readonly wait: number; readonly port: MessagePort };

/** What every link understands, by its cable. */
export type CableMessage =
  /** Answered with the `LinkStatus` after the change. */
  | { readonly kind: 'link'; readonly change: CableChange }
  /** Answered with the `CardActivity`. */
  | { readonly kind: 'activity' }
  /** Writes every frame from now on to the stream behind `port`. */
  | { readonly kind: 'capture'; readonly port: MessagePort; readonly name: string; readonly comment: string };

/** Where a card is on a network that machines share. */
export interface NetworkPlace {
  /** Absent: the network has no gateway, and gives no addresses. */
  readonly plan?: AddressPlan;
  /** Nothing leads out of it. */
  readonly isClosed: boolean;
}
/** Plugs a card into the network behind `port` (`switch-messages.ts`). */
export interface PlugMessage {
  readonly kind: 'plug';
  readonly port: MessagePort;
  readonly place: NetworkPlace;
}

export type LinkMessage = NatMessage | CableMessage | PlugMessage;
