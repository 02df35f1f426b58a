/** What was measured of shared folders: seconds on both sides, and the ratio of their speeds. */
import { geometricMean, median } from '../means.ts';
import type { ShareCase } from './cases.ts';

export interface ShareComparison {
  readonly title: string;
  /** Seconds, medians. */
  readonly ours: number;
  readonly peer: number;
  /** Above 1 is better than the peer. */
  readonly ratio: number;
}
export interface ShareResult {
  readonly cases: Record<string, ShareComparison>;
  /** Geometric mean. */
  readonly ratio: number;
}

export interface ShareLine {
  readonly printed: string;
  readonly seconds: number;
}

/** The lines of a console's text, by case. */
export function readShareLines(console: string): Map<string, ShareLine> {
  const lines = console.matchAll(/^share (\w+) (\S+) (\d+\.\d+) (\d+\.\d+)\r?$/gm);
  return new Map([...lines].map(([, name = '', printed = '', from, to]) => [name, { printed, seconds: Number(to) - Number(from) }]));
}

/** @throws Error when a case is missing or both sides printed different things */
export function shareResult(
  cases: readonly ShareCase[],
  ours: readonly Map<string, ShareLine>[],
  peer: readonly Map<string, ShareLine>[],
): ShareResult {
  const compared: Record<string, ShareComparison> = {};
  for (const { name, title } of cases) {
    const lines = [...ours, ...peer].map((run) => {
      const line = run.get(name);
      if (!line) throw new Error(`a guest printed no result for ${name} of a shared folder`);
      return line;
    });
    const printed = new Set(lines.map((line) => line.printed));
    if (printed.size > 1) throw new Error(`${name} of a shared folder: the guests printed ${[...printed].join(' and ')}`);
    const seconds = (side: readonly Map<string, ShareLine>[]) => median(side.map((run) => run.get(name)?.seconds ?? 0));
    const [a, b] = [seconds(ours), seconds(peer)];
    compared[name] = { title, ours: a, peer: b, ratio: b / a };
  }
  return { cases: compared, ratio: geometricMean(Object.values(compared).map(({ ratio }) => ratio)) };
}
