/** Where guests may connect: their owner's to say, of cards and of networks, so it holds at once for what runs. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { NetworkSettings } from '../../preload/contract/networks.ts';
import { asPlugged, reachMessage } from '../network/attachments.ts';
import type { MachineLife } from './machine-life.ts';

interface Reaching {
  readonly life: Pick<MachineLife, 'state' | 'tellNetwork'>;
  /** What runs, or ran last. */
  readonly runningDefinition: MachineDefinition;
  readonly record: { readonly definition: MachineDefinition };
}

/**
 * Tells the cards of what runs where their guest may connect by now.
 * @param networks those that machines share: a card that says nothing of its reach has its network's
 */
export async function applyReach(
  { life, runningDefinition, record }: Reaching,
  networks: readonly (NetworkSettings & { readonly name: string })[],
): Promise<void> {
  if (life.state !== 'running' && life.state !== 'paused') return;
  const wanted = asPlugged(record.definition.networks ?? [], networks);
  const told = (runningDefinition.networks ?? []).map(async ({ network }, card) => {
    const now = wanted[card];
    // A card that is another one from the next start on keeps what it has; a machine that ends meanwhile has none.
    if (now?.network === network) await life.tellNetwork(card, reachMessage(now)).catch(() => undefined);
  });
  await Promise.all(told);
}
