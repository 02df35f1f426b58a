/** The cards of a throwaway machine on networks that the library's machines share: their cables lead into the running program. */
import type { RunningMachine } from '../../../emulator/index.ts';
import type { CommandLoss } from '../../../preload/contract/commands.ts';
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { LooseReach } from '../../../preload/contract/definition/reach-fields.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { ContractError, faultWith } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import type { NetworkStatus } from '../../../preload/contract/networks.ts';
import { asPlugged, cardAddress, reachMessage } from '../../network/attachments.ts';
import { type DistantNetwork, distantNetwork } from '../../network/distant-network.ts';
import { freshAddress } from '../../network/fresh-address.ts';
import type { LinkMessage } from '../../network/link-messages.ts';
import { printError } from '../../output/print.ts';
import { type Program, programThatStays } from '../machines/program.ts';

type Cards = NonNullable<MachineDefinition['networks']>;

export interface RunNetworks {
  /** The machine with addresses for its cards, and with what their networks say of them. */
  readonly definition: MachineDefinition;
  /** Plugs the cards of what was started into their networks; what came before it is out. */
  plug(machine: RunningMachine): void;
  close(): Promise<void>;
}

/**
 * Plugs cables into the networks, of the running program or of one that is started for it.
 * @throws ContractError where there is no such network
 */
export async function openRunNetworks(wanted: MachineDefinition): Promise<RunNetworks> {
  const program = await programThatStays();
  try {
    const networks = await program.client.services.networks.list();
    const cards = withAddresses(wanted.networks ?? [], networks);
    const definition = { ...wanted, networks: asPlugged(cards, networks) };
    return await plugged(program, wanted, definition);
  } catch (error) {
    await program.close();
    throw error;
  }
}

/** @throws ContractError where there is no such network */
function withAddresses(cards: Cards, networks: readonly NetworkStatus[]): Cards {
  const taken = new Set(networks.flatMap(({ members }) => members.flatMap(({ mac }) => mac ?? [])));
  return cards.map((card) => {
    if (card.network === PRIVATE_NAT) return card;
    if (!networks.some(({ name }) => name === card.network))
      throw new ContractError('network-unknown', { name: card.network, known: networks.map(({ name }) => name) });
    const mac = card.mac ?? freshAddress(taken);
    taken.add(mac);
    return { ...card, mac };
  });
}

async function plugged({ client, close }: Program, wanted: MachineDefinition, definition: MachineDefinition): Promise<RunNetworks> {
  const cables: { readonly card: number; readonly cable: DistantNetwork }[] = [];
  let machine: RunningMachine | undefined;
  let isClosed = false;
  const tell = (card: number, message: LinkMessage, ports: readonly object[] = []) =>
    void machine?.tellNetwork(card, message, ports).catch(() => undefined);
  for (const [card, { network, ...own }] of (definition.networks ?? []).entries()) {
    if (network === PRIVATE_NAT) continue;
    const mac = cardAddress(definition, card);
    const reach = (now: LooseReach | undefined) => {
      if (wanted.networks?.[card]?.reach === undefined) tell(card, reachMessage({ ...own, reach: now ?? {} }));
    };
    const lost = ({ reason }: CommandLoss) => {
      if (isClosed) return;
      printError(`viv: the cable to the network "${network}" is pulled: ${wordsOf(reason)}`);
      tell(card, { kind: 'link', change: { isUp: false } });
    };
    const refused = (other: string) =>
      printError(`viv: ${wordsOf(faultWith('card-address-taken', { network, machine: definition.name, other, card: mac }))}`);
    const open: Parameters<typeof distantNetwork>[0] = (events) =>
      client.openCable({ network, card, mac, machine: definition.name }, events);
    cables.push({ card, cable: await distantNetwork(open, { lost, refused, reach }) });
  }
  return {
    definition,
    plug(started) {
      machine = started;
      for (const { card, cable } of cables) {
        const port = cable.join();
        tell(card, { kind: 'plug', port, place: cable.place }, [port]);
      }
    },
    async close() {
      isClosed = true;
      for (const { cable } of cables) cable.close();
      await close();
    },
  };
}
