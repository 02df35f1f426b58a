/** The programs of Debian's packages that are measured, as programs.sh in the guest knows them. */

export interface ProgramCase {
  readonly name: string;
  /** Passed to the script: megabytes, rows, rounds. */
  readonly size: number;
}

export const PROGRAM_CASES: readonly ProgramCase[] = [
  { name: 'gzip', size: 64 },
  { name: 'xz', size: 64 },
  { name: 'zstd', size: 64 },
  { name: 'sha256', size: 64 },
  { name: 'aes', size: 64 },
  { name: 'rsa', size: 40 },
  { name: 'gcc', size: 12 },
  { name: 'python', size: 10 },
  { name: 'perl', size: 10 },
  { name: 'sqlite', size: 200_000 },
  { name: 'git', size: 60 },
];

/** Megabytes of data that the root has. */
export const DATA_MB = 64;
/** `--quick` does this part. */
const QUICK_PART = 1 / 8;

export const sizeOf = ({ size }: ProgramCase, quick: boolean): number => (quick ? Math.max(1, Math.round(size * QUICK_PART)) : size);
