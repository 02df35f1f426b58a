/** The forwards of a machine: they hold at once, while it runs too. */
import type { ForwardStatus } from '../../preload/contract/forwards.ts';
import { forwardingCard, forwardsOf } from '../network/attachments.ts';
import type { LinkMessage } from '../network/link-messages.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { MachineLife } from './machine-life.ts';

interface Forwarding {
  readonly life: Pick<MachineLife, 'state' | 'isActive' | 'tellNetwork'>;
  /** What runs, or ran last. */
  readonly runningDefinition: MachineDefinition;
  readonly record: { readonly definition: MachineDefinition };
}

/** The card of what runs that they lead through; -1: there is none, or nothing runs. */
const cardOf = ({ life, runningDefinition }: Forwarding): number =>
  life.state === 'running' || life.state === 'paused' ? forwardingCard(runningDefinition) : -1;

/** Makes the forwards of what runs those of its definition. A machine that ends meanwhile has none to change. */
export async function applyForwards(machine: Forwarding): Promise<void> {
  const card = cardOf(machine);
  if (card < 0) return;
  const message: LinkMessage = { kind: 'set forwards', forwards: forwardsOf(machine.record.definition) };
  await machine.life.tellNetwork(card, message).catch(() => undefined);
}

/** What each is doing. */
export async function forwardStatuses(machine: Forwarding): Promise<readonly ForwardStatus[]> {
  const card = cardOf(machine);
  if (card >= 0) return (await machine.life.tellNetwork(card, { kind: 'forwards' } satisfies LinkMessage)) as readonly ForwardStatus[];
  const off = machine.life.isActive ? 'the machine that runs has no private network' : 'the machine is off';
  return forwardsOf(machine.record.definition).map((forward) => ({ ...forward, connections: 0, problem: off }));
}
