/** Networks that machines share: objects of the library, by name. */
import { args, nothing } from './checks.ts';
import { call, contract, event } from './contract.ts';
import { mtuShape, newNetworkName } from './definition/network-fields.ts';
import { type LooseReach, reach } from './definition/reach-fields.ts';
import { oneOf, optional, record } from './schema/shapes.ts';

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
  /** It runs with what the network said of its MTU when it was started. */
  readonly needsRestart?: true;
  /** The machine is none of the library: `viv run` started it. */
  readonly isTemporary?: true;
}
/** What cards on a network have that say nothing of it themselves: their reach at once, their MTU from the next start of their machine on. */
export interface NetworkSettings {
  /** Where their guests may connect; absent: wherever the network leads. */
  readonly reach?: LooseReach | undefined;
  /** Largest IP packet, in bytes; absent: 1500. */
  readonly mtu?: number | undefined;
}
export interface NetworkStatus extends NetworkSettings {
  readonly name: string;
  readonly kind: NetworkKind;
  /** As `10.86.1.0/24`; absent: it gives no addresses. */
  readonly subnet?: string;
  readonly members: readonly NetworkMember[];
}

const kind = oneOf(NETWORK_KINDS);
export const networkSettings = record({ reach: optional(reach), mtu: optional(mtuShape) });

export const networks = contract('networks', {
  list: call<() => readonly NetworkStatus[]>(nothing),
  create: call<(network: NetworkSettings & { readonly name: string; readonly kind: NetworkKind }) => void>(
    args(record({ name: newNetworkName, kind, reach: optional(reach), mtu: optional(mtuShape) })),
  ),
  /** Replaces the settings of a network. */
  set: call<(name: string, settings: NetworkSettings) => void>(args(newNetworkName, networkSettings)),
  /** Refused while a machine has a card on it. */
  delete: call<(name: string) => void>(args(newNetworkName)),
  changed: event<readonly NetworkStatus[]>(),
});

/** Settings as the options of `viv network set`. */
export const writeNetworkSettings = ({ reach: { restrict, allow = [], deny = [] } = {}, mtu }: NetworkSettings): readonly string[] => [
  ...(restrict ? ['--restrict'] : []),
  ...allow.flatMap((each) => ['--allow', each]),
  ...deny.flatMap((each) => ['--deny', each]),
  ...(mtu === undefined ? [] : ['--mtu', String(mtu)]),
];
