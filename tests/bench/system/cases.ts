/** What guest/system.c asks of the guest's kernel, and how often so that the peer takes half a second or more for each. */
export interface SystemCase {
  readonly name: string;
  readonly title: string;
  /** Passed to the program. */
  readonly rounds: number;
}

const system = (name: string, rounds: number, title: string): SystemCase => ({ name, title, rounds });

export const SYSTEM_CASES: readonly SystemCase[] = [
  system('calls', 500, 'system calls'),
  system('faults', 100, 'page faults'),
  system('switches', 150, 'changes of address space'),
  system('pipes', 400, 'bytes through a pipe'),
  system('signals', 500, 'signals'),
  system('forks', 500, 'processes'),
  system('timers', 50, 'timer interrupts'),
];

const QUICK_PART = 0.2;
export const roundsOf = ({ rounds }: SystemCase, quick: boolean): number => (quick ? Math.max(1, Math.round(rounds * QUICK_PART)) : rounds);
