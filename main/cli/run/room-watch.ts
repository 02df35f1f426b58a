/** A throwaway machine whose disk finds no room on the host stands still, says why, and goes on by itself. */
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { RunningMachine } from '../../../emulator/index.ts';

export interface RoomWatch {
  /** As `MachineEvents.diskTrouble`: without a fault, the disk can write again. */
  diskTrouble(slot: number, fault: Fault | undefined): void;
  /** The machine, once it runs. */
  watch(machine: Pick<RunningMachine, 'pause' | 'resume'>): void;
}

/** @param tell gets a line for the person */
export function roomWatch(tell: (line: string) => void): RoomWatch {
  const started = Promise.withResolvers<Pick<RunningMachine, 'pause' | 'resume'>>();
  const troubled = new Set<number>();
  let isPaused = false;
  let turn: Promise<unknown> = started.promise;
  const next = (work: (machine: Pick<RunningMachine, 'pause' | 'resume'>) => Promise<void>) => {
    // Of a machine that ends meanwhile there is nothing to pause.
    turn = turn.then(async () => work(await started.promise)).catch(() => undefined);
  };
  return {
    watch: (machine) => started.resolve(machine),
    diskTrouble(slot, fault) {
      if (!fault) troubled.delete(slot);
      else troubled.add(slot);
      if (fault && !isPaused) {
        isPaused = true;
        tell(`viv: the machine is paused: disk ${slot + 1} cannot be written (${wordsOf(fault)})`);
        next((machine) => machine.pause());
      } else if (troubled.size === 0 && isPaused) {
        isPaused = false;
        tell('viv: the machine resumed: there is enough space again');
        next((machine) => machine.resume());
      }
    },
  };
}
