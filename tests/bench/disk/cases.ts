/** The disk benchmark's cases: what guest/disk.c can do, and how often so that the peer takes about a second for each. */

export interface DiskCase {
  /** WHAT-ORDER-FLUSH; see guest/disk.c. */
  readonly name: string;
  readonly title: string;
  /** Operations of 4 KiB. */
  readonly operations: number;
}

const reads = (title: string, order: 'seq' | 'rand', operations: number): DiskCase => ({ name: `read-${order}-0`, title, operations });
const writes = (title: string, order: 'seq' | 'rand', flushEach: number, operations: number): DiskCase => ({
  name: `write-${order}-${flushEach}`,
  title,
  operations,
});

/** In this order: what reads finds the base as it is, the later writes find some clusters written already. */
export const DISK_CASES: readonly DiskCase[] = [
  reads('sequential reads', 'seq', 24000),
  reads('random reads', 'rand', 24000),
  writes('sequential writes', 'seq', 0, 24000),
  writes('random writes', 'rand', 0, 24000),
  writes('sequential, flush each 32', 'seq', 32, 16384),
  writes('random, flush each 32', 'rand', 32, 16384),
  writes('sequential, flush each', 'seq', 1, 4096),
  writes('random, flush each', 'rand', 1, 4096),
];

/** `--quick` does this part of the operations. */
const QUICK_PART = 0.25;

export const operationsOf = ({ operations }: DiskCase, quick: boolean): number => (quick ? operations * QUICK_PART : operations);
