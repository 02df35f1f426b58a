/** How busy the computer is that the machines run on. */
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostFigures } from '../../preload/contract/host.ts';

/** Processor time is counted in ticks of about 10 ms: over less than this, a share of it means little. */
const LEAST_MS = 250;
/** What was counted before this tells nothing about now. */
const MOST_MS = 30_000;

interface Sample {
  readonly at: number;
  readonly busy: number;
  readonly all: number;
}

function sample(): Sample {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    busy += sum - times.idle;
    all += sum;
  }
  return { at: performance.now(), busy, all };
}

/** @returns a function that tells the figures; processor use is what it was since the call before */
export function hostFigures(folder: string): () => Promise<HostFigures> {
  let before: Sample | undefined;
  let latest = 0;
  async function cpuPercent(): Promise<number> {
    const age = before === undefined ? Infinity : performance.now() - before.at;
    if (age < LEAST_MS) return latest;
    if (age > MOST_MS) {
      before = sample();
      await wait(LEAST_MS);
    }
    const now = sample();
    const passed = now.all - (before?.all ?? 0);
    if (passed > 0) latest = Math.min(100, (100 * (now.busy - (before?.busy ?? 0))) / passed);
    before = now;
    return latest;
  }
  return async () => {
    const [percent, { blocks, bavail, bsize }] = await Promise.all([cpuPercent(), statfs(folder)]);
    return {
      cores: Math.max(1, cpus().length),
      cpuPercent: percent,
      memoryBytes: totalmem(),
      memoryFreeBytes: process.availableMemory?.() ?? freemem(),
      ownMemoryBytes: process.memoryUsage.rss(),
      diskBytes: blocks * bsize,
      diskFreeBytes: bavail * bsize,
    };
  };
}
