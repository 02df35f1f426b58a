/** Figures of running machines as rates: MIPS and host CPU over the last interval. */
import type { MachineFigures } from '../../emulator/index.ts';
import type { MachineActivity, MachineId } from '../../preload/contract/machines.ts';

/** Derives the rates from two readings; `previous` is absent for the first. Seconds are the machine's running time. */
export function activityOf(id: MachineId, figures: MachineFigures, previous: MachineFigures | undefined): MachineActivity {
  // A machine that was started anew counts from zero.
  const base = previous && previous.seconds <= figures.seconds ? previous : { ...figures, instructions: 0, seconds: 0 };
  const seconds = figures.seconds - base.seconds;
  const rate = (amount: number) => (seconds > 0 ? amount / seconds : 0);
  return {
    ...figures,
    id,
    mips: rate(figures.instructions - base.instructions) / 1e6,
    hostCpuPercent: rate(figures.hostCpuSeconds - base.hostCpuSeconds) * 100,
  };
}
