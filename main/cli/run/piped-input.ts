/**
 * When standard input is passed on. A terminal's keys always are; what is piped in waits until a Linux guest can read
 * it, because its serial driver empties the receiver when it starts: until a prompt, or until the guest idles in
 * silence (a command under `--run` that reads its input prints no prompt).
 */
import type { MachineConfiguration, MachineFigures } from '../../../emulator/index.ts';
import type { Milestones } from './milestones.ts';

/** How often the guest is looked at, in milliseconds. */
const LOOK_EVERY = 500;
/** So many looks in a row must find it silent and idle: two seconds, longer than any wait of a boot. */
const LOOKS = 4;
/** An idle Linux wakes for its timer now and then; one that boots runs at more than this even on a busy host. */
const IDLE_INSTRUCTIONS = 3e6;

export interface PipedInput {
  /** The machine takes input from now on. */
  begin(figures: () => MachineFigures): void;
  /** Something was printed on the console, and the milestones are up to date. */
  printed(): void;
  end(): void;
}

/** @param attach begins to read standard input and answers with how to end that */
export function pipedInput({ boot }: MachineConfiguration, milestones: Milestones, attach: () => () => void): PipedInput {
  let detach: (() => void) | undefined;
  let looking: NodeJS.Timeout | undefined;
  let idleLooks = 0;
  let state: 'before' | 'waiting' | 'attached' | 'over' = 'before';

  const release = () => {
    if (state !== 'waiting') return;
    clearInterval(looking);
    state = 'attached';
    detach = attach();
  };
  const printed = () => {
    idleLooks = 0;
    if (milestones.prompt !== undefined) release();
  };
  const watch = (figures: () => MachineFigures) => {
    let before = figures().instructions;
    looking = setInterval(() => {
      const now = figures().instructions;
      idleLooks = now - before < IDLE_INSTRUCTIONS && now > 0 ? idleLooks + 1 : 0;
      before = now;
      if (idleLooks >= LOOKS) release();
    }, LOOK_EVERY);
  };
  return {
    begin(figures) {
      state = 'waiting';
      if (process.stdin.isTTY || boot.kind !== 'linux') return release();
      printed();
      if (state === 'waiting') watch(figures);
    },
    printed,
    end() {
      state = 'over';
      clearInterval(looking);
      detach?.();
    },
  };
}
