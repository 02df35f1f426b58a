/** The frames of a whole network: of every card on it, of machines that start later as well. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { MergedCapture } from './merged-capture.ts';
import { printError } from '../../output/print.ts';
import type { Program } from '../machines/program.ts';
import { captureCard, captureStatus, type CaptureOutcome } from './capture-card.ts';
import type { CaptureTarget } from './capture-target.ts';

/** Numbers of a running machine's cards on a network. */
const cardsOn = (network: string, { definition, runsAs }: MachineStatus): readonly number[] =>
  ((runsAs ?? definition).networks ?? []).flatMap((card, index) => (card.network === network ? [index] : []));

/** Writes until the person has enough, or it cannot be written. @returns the exit status */
export async function captureNetwork(
  { client }: Program,
  network: string,
  target: CaptureTarget,
  runs: (status: MachineStatus) => boolean,
  enough: AbortSignal,
): Promise<number> {
  const merged = new MergedCapture();
  const failed = Promise.withResolvers<CaptureOutcome>();
  const open = new Map<string, Promise<void>>();
  let left = 0;

  async function capture(machine: MachineStatus, card: number) {
    const inlet = merged.inlet();
    // Without an await between them blocks come into the file in the order in which they got their numbers.
    const write = (bytes: Uint8Array) => target.write(inlet.take(bytes));
    const [outcome, dropped] = await captureCard({ client, machine: machine.id, card, write, enough });
    left += dropped;
    if (outcome.kind === 'unwritable') failed.resolve(outcome);
    else if (outcome.kind === 'lost') captureStatus(outcome);
  }
  function look(machine: MachineStatus) {
    if (!runs(machine)) return;
    for (const card of cardsOn(network, machine)) {
      const key = `${machine.id} ${card}`;
      if (open.has(key)) continue;
      open.set(
        key,
        capture(machine, card).finally(() => open.delete(key)),
      );
    }
  }

  const stop = client.services.machines.changed.on(look);
  enough.addEventListener('abort', () => failed.resolve({ kind: 'left' }), { once: true });
  for (const machine of await client.services.machines.list()) look(machine);
  if (open.size === 0) printError(`viv: waiting for a machine on "${network}" to start`);
  const outcome = await failed.promise;
  stop();
  if (outcome.kind === 'left') await Promise.all(open.values());
  if (left > 0) printError(`viv: ${left} frames were left out in all`);
  return captureStatus(outcome);
}
