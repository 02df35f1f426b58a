/** The largest resident memory of a process and its children, by looking at /proc while they run. */
import { readdirSync, readFileSync } from 'node:fs';

/** Often enough that no child is missed; the kernel itself keeps each process's peak. */
const EVERY_MS = 50;

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Watches until stopped. @returns a function that stops and answers with the sum of the processes' peaks in bytes */
export function watchMemory(pid: number): () => number {
  const peaks = new Map<number, number>();
  const look = (process: number): void => {
    peaks.set(process, Math.max(peaks.get(process) ?? 0, peakOf(process)));
    childrenOf(process).forEach(look);
  };
  const timer = setInterval(() => look(pid), EVERY_MS);
  return () => {
    clearInterval(timer);
    return [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  };
}
