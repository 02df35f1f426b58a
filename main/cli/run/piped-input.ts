/**
 * When standard input is passed on. A terminal's keys always are; what is piped in waits until a Linux guest can read
 * it, because its serial driver empties the receiver when it starts: until a prompt, or until nothing was printed for
 * a while (a command under `--run` prints no prompt).
 */
import type { MachineConfiguration } from '../../../emulator/index.ts';
import type { Milestones } from './milestones.ts';

/** Silence that is taken for waiting, in milliseconds: longer than any pause of a boot. */
const SILENCE = 2000;

export interface PipedInput {
  /** The machine takes input from now on. */
  begin(): void;
  /** Something was printed on the console, and the milestones are up to date. */
  printed(): void;
  end(): void;
}

/** @param attach begins to read standard input and answers with how to end that */
export function pipedInput({ boot }: MachineConfiguration, milestones: Milestones, attach: () => () => void): PipedInput {
  let detach: (() => void) | undefined;
  let silence: NodeJS.Timeout | undefined;
  let state: 'before' | 'waiting' | 'attached' | 'over' = 'before';
  const release = () => {
    if (state !== 'waiting') return;
    clearTimeout(silence);
    state = 'attached';
    detach = attach();
  };
  const wait = () => {
    if (state !== 'waiting') return;
    if (milestones.prompt !== undefined) return release();
    clearTimeout(silence);
    silence = setTimeout(release, SILENCE);
  };
  return {
    begin() {
      state = 'waiting';
      if (process.stdin.isTTY || boot.kind !== 'linux') release();
      else wait();
    },
    printed: wait,
    end() {
      state = 'over';
      clearTimeout(silence);
      detach?.();
    },
  };
}
