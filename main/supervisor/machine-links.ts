/** The network cards of what runs: their cables, and streams that lead through them. */
import { MessageChannel } from 'node:worker_threads';
import type { CommandEvents, RunningCommand } from '../../preload/contract/commands.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { CableChange, LinkStatus, StreamRequest } from '../../preload/contract/links.ts';
import { forwardingCard } from '../network/attachments.ts';
import type { LinkMessage } from '../network/link-messages.ts';
import { streamClient } from '../network/stream-client.ts';
import type { SupervisedMachine } from './supervised-machine.ts';

/** How many cards what runs has. @throws ContractError when nothing does, or it lacks the one wanted */
function requireCard({ life, runningDefinition: { name, networks = [] } }: SupervisedMachine, card = 0): number {
  if (!life.isActive || life.state === 'starting') throw new ContractError('guest-off', { name, state: life.state, why: life.reason });
  if (card >= networks.length) throw new ContractError('machine-no-card', { name, card: card + 1, cards: networks.length });
  return networks.length;
}

const tell = async <T>({ life }: SupervisedMachine, card: number, message: LinkMessage, ports: readonly object[] = []): Promise<T> =>
  (await life.tellNetwork(card, message, ports)) as T;

/** The cables of all cards, in order. @throws ContractError when nothing runs */
export async function linkStatuses(machine: SupervisedMachine): Promise<readonly LinkStatus[]> {
  const cards = requireCard(machine);
  return Promise.all(Array.from({ length: cards }, (_, card) => tell<LinkStatus>(machine, card, { kind: 'link', change: {} })));
}

/** Changes the cable of a card, from 0. @throws ContractError when nothing runs, or there is no such card */
export async function changeLink(machine: SupervisedMachine, card: number, change: CableChange): Promise<LinkStatus> {
  requireCard(machine, card);
  return tell<LinkStatus>(machine, card, { kind: 'link', change });
}

/** Opens a stream. @throws ContractError when nothing runs, or there is no card for it */
export async function openStream(machine: SupervisedMachine, request: StreamRequest, events: CommandEvents): Promise<RunningCommand> {
  requireCard(machine, 'capture' in request ? request.capture : undefined);
  const { name } = machine.runningDefinition;
  const card = 'capture' in request ? request.capture : forwardingCard(machine.runningDefinition);
  if (card < 0) throw new ContractError('machine-no-nat', { name });
  const { port1, port2 } = new MessageChannel();
  const isCapture = 'capture' in request;
  const client = streamClient(port1, { readOnly: isCapture, endsWithMachine: isCapture }, events);
  try {
    const message: LinkMessage = isCapture
      ? { kind: 'capture', port: port2, name: `nic${card}`, comment: `network card ${card + 1} of ${name}` }
      : { kind: 'connect', port: port2, guestPort: request.connect, wait: request.wait ?? 0 };
    await tell(machine, card, message, [port2]);
  } catch (error) {
    client.hangUp();
    throw error;
  }
  return client;
}
