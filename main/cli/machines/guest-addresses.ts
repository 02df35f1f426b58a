/** The addresses under which a machine's guest has shown itself. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Program } from './program.ts';

/** A machine that does not answer keeps nobody waiting for longer, in milliseconds. */
const PATIENCE = 2000;

/** Of all cards in order; none of one that does not run, or does not answer. */
export async function guestAddresses({ client }: Pick<Program, 'client'>, { id, state }: MachineStatus): Promise<readonly string[]> {
  if (state !== 'running' && state !== 'paused') return [];
  const late = Promise.withResolvers<readonly never[]>();
  const timer = setTimeout(() => late.resolve([]), PATIENCE);
  try {
    const cards = await Promise.race([client.services.machines.cardActivity(id), late.promise]);
    return cards.flatMap(({ nat }) => nat?.addresses ?? []);
  } catch {
    // It has no card, or has ended meanwhile.
    return [];
  } finally {
    clearTimeout(timer);
  }
}
