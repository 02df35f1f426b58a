/** Suspending: the memory is saved as a snapshot and the threads end; the next start goes on from there. */
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { SnapshotStoring } from './storing.ts';
import type { MachinePresent } from './machine-present.ts';
import { takeRunning } from './taking.ts';

/**
 * Suspends a machine that runs or is paused; resolves when it is off. In turn.
 * @param why what its state says afterwards
 * @throws ContractError when it does not run; what keeps the memory from being stored, and then it runs on
 */
export async function suspend(present: MachinePresent, storing: SnapshotStoring, why: Reason = faultWith('suspended')): Promise<void> {
  const { machine, parts } = present;
  const { life, record } = machine;
  const { name } = record.definition;
  if (life.state !== 'running' && life.state !== 'paused') throw new ContractError('suspend-not-running', { name, state: life.state });
  const paused = life.state === 'paused';
  const reason = life.reason;
  if (!paused) await life.pause(faultWith('being-suspended'));
  const { run } = life;
  try {
    const request = {
      kind: 'suspended',
      name: 'suspended',
      paused,
      task: { kind: 'suspend', subject: { machine: present.id, name } },
    } as const;
    const taken = await takeRunning(present, storing, request);
    await taken.stored;
    if (life.run !== run || !present.isUnchanged) throw new ContractError('suspend-kept-running', { name });
    await parts.library.timeline.apply({ present: { machine: present.id, parent: taken.record.id, suspended: true } });
    await life.stop(why);
  } catch (error) {
    if (life.run === run && life.state === 'paused') {
      if (paused) life.explainPause(reason);
      else await life.resume().catch((failure: unknown) => present.warn(failure));
    }
    throw error;
  }
  await parts.refresh(present.id);
  parts.changed(present.id, []);
}
