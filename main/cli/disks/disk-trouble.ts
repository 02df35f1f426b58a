/** What is wrong with a machine's disks, or will be at its start, on standard error. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import type { DiskStatus } from '../../../preload/contract/disks.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { printError } from '../../output/print.ts';
import type { Program } from '../machines/program.ts';

/** One line a trouble. @param disks those to speak of */
export function sayDiskTrouble(disks: readonly DiskStatus[]): void {
  for (const { slot, problem, warning } of disks) {
    if (problem !== undefined) printError(`viv: disk ${slot + 1} cannot be used: ${wordsOf(problem)}`);
    if (warning !== undefined) printError(`viv: warning: disk ${slot + 1}: ${wordsOf(warning)}`);
  }
}

/** The same of disks that a machine has just got: from slot `from` on. */
export async function sayTroubleOfNew({ client }: Program, machine: MachineId, from = 0): Promise<void> {
  sayDiskTrouble((await client.services.disks.list(machine)).filter(({ slot }) => slot >= from));
}
