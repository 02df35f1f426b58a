/** What becomes of running machines when the program quits: suspended, or stopped where that is set or nothing else can be done. */
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { Timelines } from './timelines.ts';

/** Suspends every running machine that is to be saved, one after the other; the others are left to be stopped. */
export async function suspendAll(timelines: Timelines, machines: readonly SupervisedMachine[]): Promise<void> {
  // Nothing changes any more while the first ones are stored.
  const saved = machines.filter(({ life, record }) => {
    return (life.state === 'running' || life.state === 'paused') && (record.definition.onQuit ?? 'save') === 'save';
  });
  await Promise.all(
    saved.map(async (machine) => {
      try {
        await timelines.suspend(machine.id);
      } catch (error) {
        timelines.parts.notice(
          'warning',
          `"${machine.record.definition.name}" could not be suspended and is stopped: ${(error as Error).message}`,
        );
      }
    }),
  );
}
