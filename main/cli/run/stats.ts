/** `--stats FILE`: what a run did, as JSON for scripts and the bench. */
import { writeFileSync } from 'node:fs';
import type { MachineFigures } from '../../../emulator/index.ts';
import type { Milestones } from './milestones.ts';

export interface Stats {
  readonly instructions: number;
  /** The machine's running time. */
  readonly seconds: number;
  readonly mips: number;
  readonly exitReason: string;
  readonly exitStatus: number;
  /** Fragments compiled. */
  readonly fragments: number;
  /** Share of the instructions that ran compiled, 0 to 1. */
  readonly compiledShare: number;
  /** Seconds since the command was started; those not reached are absent. */
  readonly milestones: Milestones;
  /** Largest resident set of the process, in bytes. */
  readonly peakMemoryBytes: number;
}

export function statsOf(figures: MachineFigures, exitReason: string, exitStatus: number, milestones: Milestones): Stats {
  const { instructions, compiledInstructions, fragments, seconds } = figures;
  return {
    instructions,
    seconds,
    mips: seconds > 0 ? instructions / seconds / 1e6 : 0,
    exitReason,
    exitStatus,
    fragments,
    compiledShare: instructions > 0 ? compiledInstructions / instructions : 0,
    milestones,
    // getrusage(2) counts it in kibibytes here, on every system.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** @throws Error naming the file when it cannot be written */
export function writeStats(file: string, stats: Stats): void {
  try {
    writeFileSync(file, `${JSON.stringify(stats, null, 2)}\n`);
  } catch (error) {
    throw new Error(`--stats ${file} cannot be written: ${(error as Error).message}`);
  }
}
