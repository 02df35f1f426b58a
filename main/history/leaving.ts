/** What becomes of running machines when the program quits: suspended, or stopped where that is set or nothing else can be done. */
import { causeOf, ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { QUIT_REASON } from '../library/run-records.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { Timelines } from '../snapshots/timelines.ts';

/**
 * Suspends every running machine that is to be saved; the others are left to be stopped.
 * @param hurry those not saved when it is aborted are left, too
 */
export async function suspendAll(timelines: Timelines, machines: readonly SupervisedMachine[], hurry: AbortSignal): Promise<void> {
  // Nothing changes any more while the first ones are stored.
  const saved = machines.filter(({ life, record }) => {
    return (life.state === 'running' || life.state === 'paused') && (record.definition.onQuit ?? 'save') === 'save';
  });
  await Promise.all(
    saved.map(async (machine) => {
      try {
        await withinReason(timelines.suspend(machine.id, QUIT_REASON), hurry);
      } catch (error) {
        const { name } = machine.record.definition;
        timelines.parts.notice('warning', faultWith('machine-stopped-unsaved', { name, why: causeOf(error) }));
      }
    }),
  );
}

/** However large a memory is, storing it takes less, in milliseconds; a person who quits is not to wait for a fault. */
const LONGEST = 5 * 60_000;

function withinReason(work: Promise<void>, hurry: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const hurried = () => reject(new ContractError('leaving-told-to-quit'));
    if (hurry.aborted) hurried();
    hurry.addEventListener('abort', hurried);
    const timer = setTimeout(() => reject(new ContractError('leaving-took-too-long', { minutes: LONGEST / 60_000 })), LONGEST);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      hurry.removeEventListener('abort', hurried);
    });
  });
}
