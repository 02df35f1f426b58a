/** The network cards of what runs: what goes through them, and streams that lead through them. */
import { MessageChannel } from 'node:worker_threads';
import type { CardActivity } from '../../preload/contract/card-activity.ts';
import type { CommandEvents, RunningCommand } from '../../preload/contract/commands.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { StreamRequest } from '../../preload/contract/links.ts';
import { forwardingCard } from '../network/attachments.ts';
import type { LinkMessage } from '../network/link-messages.ts';
import { streamClient } from '../network/stream-client.ts';
import type { SupervisedMachine } from './supervised-machine.ts';

/** What goes through the cards is asked for once in so many milliseconds, however many look. */
const LOOK_MS = 400;
const looks = new WeakMap<
  SupervisedMachine,
  { readonly at: number; readonly run: number; readonly seen: Promise<readonly CardActivity[]> }
>();

/** How many cards what runs has. @throws ContractError when nothing does, or it lacks the one wanted */
function requireCard({ life, runningDefinition: { name, networks = [] } }: SupervisedMachine, card = 0): number {
  if (!life.isActive || life.state === 'starting') throw new ContractError('guest-off', { name, state: life.state, why: life.reason });
  if (card >= networks.length) throw new ContractError('machine-no-card', { name, card: card + 1, cards: networks.length });
  return networks.length;
}

const tell = async <T>({ life }: SupervisedMachine, card: number, message: LinkMessage, ports: readonly object[] = []): Promise<T> =>
  (await life.tellNetwork(card, message, ports)) as T;

/** What goes through all cards, in order, at most half a second old. @throws ContractError when nothing runs */
export function cardActivity(machine: SupervisedMachine): Promise<readonly CardActivity[]> {
  const cards = requireCard(machine);
  const now = performance.now();
  const last = looks.get(machine);
  if (last && last.run === machine.life.run && now - last.at < LOOK_MS) return last.seen;
  const seen = Promise.all(Array.from({ length: cards }, (_, card) => tell<CardActivity>(machine, card, { kind: 'activity' })));
  looks.set(machine, { at: now, run: machine.life.run, seen });
  return seen;
}

/** @returns the card that leads to the guest's ports @throws ContractError when nothing runs, or no card does */
export function requireWay(machine: SupervisedMachine): number {
  requireCard(machine);
  const card = forwardingCard(machine.runningDefinition);
  if (card < 0) throw new ContractError('machine-no-nat', { name: machine.runningDefinition.name });
  return card;
}

/** Opens a stream. @throws ContractError when nothing runs, or there is no card for it */
export async function openStream(machine: SupervisedMachine, request: StreamRequest, events: CommandEvents): Promise<RunningCommand> {
  requireCard(machine, 'capture' in request ? request.capture : undefined);
  const { name } = machine.runningDefinition;
  const card = 'capture' in request ? request.capture : requireWay(machine);
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
