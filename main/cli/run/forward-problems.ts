/** What keeps forwards of a throwaway machine from listening: said at once, for nobody reads its log. */
import type { MachineConfiguration, RunningMachine } from '../../../emulator/index.ts';
import type { ForwardStatus } from '../../../preload/contract/forwards.ts';
import type { LinkMessage, NatSetup } from '../../network/link-messages.ts';
import { printError } from '../../output/print.ts';

const hasForwards = (setup: unknown): boolean => ((setup as Partial<NatSetup>).forwards?.length ?? 0) > 0;

/** Says of each forward that does not listen why; it is tried again. A machine that has ended has none. */
export async function sayForwardProblems({ networks = [] }: MachineConfiguration, machine: RunningMachine): Promise<void> {
  const message: LinkMessage = { kind: 'forwards' };
  for (const [card, { setup }] of networks.entries()) {
    if (!hasForwards(setup)) continue;
    const statuses = (await machine.tellNetwork(card, message).catch(() => [])) as readonly ForwardStatus[];
    for (const { problem } of statuses)
      if (problem !== undefined) printError(`viv: ${problem}; the forward works as soon as that port is free`);
  }
}
