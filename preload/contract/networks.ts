/** Networks that machines share: objects of the library, by name. */
import { args, nothing } from './checks.ts';
import { call, contract, event } from './contract.ts';
import { newNetworkName } from './definition/network-fields.ts';
import { oneOf, record } from './schema/shapes.ts';

/**
 * `nat`: machines see each other and reach what this computer reaches; `host-only`: each other, and the ports of this computer that
 * a card lists; `isolated`: each other alone, without addresses.
 */
export const NETWORK_KINDS = ['nat', 'host-only', 'isolated'] as const;
export type NetworkKind = (typeof NETWORK_KINDS)[number];

/** A machine's card on a network. */
export interface NetworkMember {
  readonly machine: string;
  /** Its card, from 0. */
  readonly card: number;
  readonly mac?: string;
  /** What the network's DHCP gives it. */
  readonly address?: string;
  readonly isRunning: boolean;
}
export interface NetworkStatus {
  readonly name: string;
  readonly kind: NetworkKind;
  /** As `10.86.1.0/24`; absent: it gives no addresses. */
  readonly subnet?: string;
  readonly members: readonly NetworkMember[];
}

const kind = oneOf(NETWORK_KINDS);

export const networks = contract('networks', {
  list: call<() => readonly NetworkStatus[]>(nothing),
  create: call<(network: { readonly name: string; readonly kind: NetworkKind }) => void>(args(record({ name: newNetworkName, kind }))),
  /** Refused while a machine has a card on it. */
  delete: call<(name: string) => void>(args(newNetworkName)),
  changed: event<readonly NetworkStatus[]>(),
});
