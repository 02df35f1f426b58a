/** Telling a process from a later one with the same number. */
import { readFileSync } from 'node:fs';

/** A process by its number and the time it was started, in the system's own terms; empty where that is not known. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly birth: string;
}

/** Field 22 of /proc/PID/stat (proc(5)): start time in clock ticks; empty where there is no /proc. */
export function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Whether that very process lives. */
export function isAlive({ pid, birth }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return birth === '' || birthOf(pid) === birth;
}
