/** The largest resident memory of a process and its children, and their processor time, by looking at /proc while they run. */
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

/** User and system time in seconds: fields 14 and 15 of /proc/PID/stat, in hundredths (proc(5)). */
function processorOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Watches until stopped. @returns a function that stops and answers with sums over the processes: peaks in bytes, seconds */
export function watchProcess(pid: number): () => { peakBytes: number; processorSeconds: number } {
  const peaks = new Map<number, number>();
  const times = new Map<number, number>();
  const note = (known: Map<number, number>, process: number, value: number) => known.set(process, Math.max(known.get(process) ?? 0, value));
  const look = (process: number): void => {
    note(peaks, process, peakOf(process));
    note(times, process, processorOf(process));
    childrenOf(process).forEach(look);
  };
  const timer = setInterval(() => look(pid), EVERY_MS);
  const sum = (known: Map<number, number>) => [...known.values()].reduce((total, value) => total + value, 0);
  return () => {
    clearInterval(timer);
    return { peakBytes: sum(peaks), processorSeconds: sum(times) };
  };
}
