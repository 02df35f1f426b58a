/** A real-time clock that is set to the host's time of day, when its machine begins and after it stood still. */
import type { Outside } from './outside.ts';

/** @returns what sets the clock; the time comes in by the gate, as everything does that a guest can tell runs apart by */
export const clockAdjusting =
  ({ gate, wallClock }: Pick<Outside, 'gate' | 'wallClock'>, clock: { adjust(nanoseconds: bigint): void }) =>
  (): void => {
    const nanoseconds = wallClock();
    gate.admit({ kind: 'time', nanoseconds }, () => clock.adjust(nanoseconds));
  };
