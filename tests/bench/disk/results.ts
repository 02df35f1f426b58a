/** What the disk benchmark measured: operations a second on both sides, and the throughput's ratio. */
import { geometricMean, median } from '../means.ts';
import { DISK_CASES, type DiskCase, operationsOf } from './cases.ts';

export interface DiskComparison {
  readonly title: string;
  /** Operations of 4 KiB a second, medians. */
  readonly ours: number;
  readonly peer: number;
  /** Above 1 is better than the peer. */
  readonly ratio: number;
}
export interface DiskResult {
  readonly cases: Record<string, DiskComparison>;
  /** Geometric means. */
  readonly ratio: number;
  readonly withFlushes: number;
}

interface DiskLine {
  readonly checksum: string;
  readonly seconds: number;
}

/** The program's lines in a console's text, by case. */
export function readDiskLines(console: string): Map<string, DiskLine> {
  const lines = console.matchAll(/^disk ([\w-]+) ([0-9a-f]{16}) (\d+\.\d+)\r?$/gm);
  return new Map([...lines].map(([, name = '', checksum = '', seconds]) => [name, { checksum, seconds: Number(seconds) }]));
}

/** Whether the guest asks for durability while it writes. */
const flushes = ({ name }: DiskCase): boolean => !name.endsWith('-0');

/** @throws Error when a case is missing or both sides read different bytes */
export function diskResult(ours: readonly Map<string, DiskLine>[], peer: readonly Map<string, DiskLine>[], quick: boolean): DiskResult {
  const cases: Record<string, DiskComparison> = {};
  for (const each of DISK_CASES) {
    const lines = (runs: readonly Map<string, DiskLine>[], side: string) =>
      runs.map((run) => {
        const line = run.get(each.name);
        if (!line) throw new Error(`${side} printed no result for ${each.name}`);
        return line;
      });
    const [a, b] = [lines(ours, 'our guest'), lines(peer, "the peer's guest")];
    const read = new Set([...a, ...b].map(({ checksum }) => checksum));
    if (read.size > 1) throw new Error(`${each.name}: the guests read different bytes: ${[...read].join(', ')}`);
    const rate = (side: readonly DiskLine[]) => operationsOf(each, quick) / median(side.map(({ seconds }) => seconds));
    cases[each.name] = { title: each.title, ours: rate(a), peer: rate(b), ratio: rate(a) / rate(b) };
  }
  const mean = (chosen: readonly DiskCase[]) => geometricMean(chosen.map(({ name }) => cases[name]?.ratio ?? 1));
  return { cases, ratio: mean(DISK_CASES), withFlushes: mean(DISK_CASES.filter(flushes)) };
}
