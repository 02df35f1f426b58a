/** Cards on networks that machines share: addresses of their own, and cables that lead there while the machine runs. */
import { PRIVATE_NAT } from '../../preload/contract/definition/network-fields.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { Library } from '../library/library.ts';
import { cardAddress, hostNameOf } from '../network/attachments.ts';
import { freshAddress } from '../network/fresh-address.ts';
import type { PlugMessage } from '../network/link-messages.ts';
import type { SharedNetworks } from '../network/shared-networks.ts';
import type { SupervisedMachine } from './supervised-machine.ts';

type Cards = NonNullable<MachineDefinition['networks']>;

/**
 * The cards with an address each where they are on a shared network: no two machines are to have the same there.
 * @param others what all machines have
 * @throws ContractError when there is no such network
 */
export async function withOwnAddresses(
  cards: Cards,
  others: readonly MachineDefinition[],
  { networks }: Pick<Library, 'networks'>,
): Promise<Cards> {
  const taken = new Set(others.flatMap((definition) => (definition.networks ?? []).map((_, card) => cardAddress(definition, card))));
  const made = [];
  for (const card of cards) {
    if (card.network === PRIVATE_NAT) made.push(card);
    else {
      await networks.get(card.network);
      const mac = card.mac ?? freshAddress(taken);
      taken.add(mac);
      made.push({ ...card, mac });
    }
  }
  return made;
}

/** Plugs the cards of what runs into their networks. @param failed told of one that could not be */
export async function plugNetworks(
  machine: SupervisedMachine,
  { networks }: Pick<Library, 'networks'>,
  shared: SharedNetworks,
  failed: (error: Error) => void,
): Promise<void> {
  const { runningDefinition: definition, life } = machine;
  for (const [card, { network: name }] of (definition.networks ?? []).entries()) {
    if (name === PRIVATE_NAT) continue;
    try {
      const network = await networks.get(name);
      const address = cardAddress(definition, card);
      const host = network.kind === 'isolated' ? 0 : await networks.hostOf(name, address);
      const { port, place } = shared.plug({
        network,
        card: address,
        host,
        machine: definition.name,
        hostName: hostNameOf(definition.name),
      });
      await life.tellNetwork(card, { kind: 'plug', port, place } satisfies PlugMessage, [port]);
    } catch (error) {
      // A machine that has ended meanwhile is nothing to speak of.
      if (life.isActive) failed(error as Error);
    }
  }
}
