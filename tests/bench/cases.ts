/** The benchmark's cases: what guest/bench.c can run, and how often so that the peer takes about a second for each. */

export type Group = 'integer' | 'float';
export interface BenchCase {
  readonly name: string;
  readonly group: Group;
  /** Passed to the program. */
  readonly rounds: number;
}

const bench = (name: string, group: Group, rounds: number): BenchCase => ({ name, group, rounds });

export const CASES: readonly BenchCase[] = [
  bench('crc', 'integer', 80),
  bench('sieve', 'integer', 30),
  bench('fib', 'integer', 16),
  bench('sort', 'integer', 12),
  bench('hash', 'integer', 20),
  bench('memcpy', 'integer', 400),
  bench('chase', 'integer', 100),
  bench('matrix', 'float', 24),
  bench('nbody', 'float', 30),
];

/** `--quick` does this part of the rounds. */
const QUICK_PART = 0.5;

export const roundsOf = ({ rounds }: BenchCase, quick: boolean): number => (quick ? Math.max(1, Math.round(rounds * QUICK_PART)) : rounds);
