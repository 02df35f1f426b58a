/** What the benchmark measured, and the sums made of it. */
import type { Group } from './cases.ts';
import type { DiskResult } from './disk/results.ts';
import { geometricMean, median } from './means.ts';
import type { NetworkResult } from './network/results.ts';
import type { ShareResult } from './share/results.ts';
import type { SnapshotResult } from './snapshots/results.ts';

export interface Comparison {
  /** Seconds (or bytes), medians. */
  readonly ours: number;
  readonly peer: number;
  /** Below 1 is better than the peer. */
  readonly ratio: number;
  /** By which part the ratios of single runs, each beside the peer's next to it, lie from their middle; absent for a single run. */
  readonly noise?: number;
}
export interface GroupResult {
  /** Geometric mean of the cases' ratios. */
  readonly ratio: number;
  readonly cases: Record<string, Comparison>;
}
/** Beside v86, which knows 32-bit computers only. */
export interface V86Result {
  /** The same kernel in both. */
  readonly same: GroupResult;
  /** Ours runs the kernel that was compiled for 64 bits. */
  readonly wide: GroupResult;
}
/** Programs of Debian's packages. */
export interface ProgramsResult {
  /** As the guest's clock tells it. */
  readonly wall: GroupResult;
  /** Of the whole process, its boot and all its threads included. */
  readonly processor: Record<string, Comparison>;
}
export type BenchResult = {
  boot?: Comparison;
  prompt?: Comparison;
  memory?: Comparison;
  disk?: DiskResult;
  snapshots?: SnapshotResult;
  v86?: V86Result;
  programs?: ProgramsResult;
  /** What programs ask of the kernel. */
  system?: GroupResult;
  network?: NetworkResult;
  share?: ShareResult;
} & Partial<Record<Group, GroupResult>>;

export interface CaseLine {
  readonly checksum: string;
  readonly seconds: number;
}

/** The program's lines in a console's text, by case. A firmware may have cleared the screen in front of the first. */
export function readCases(console: string): Map<string, CaseLine> {
  const lines = console.matchAll(/bench (\w+) ([0-9a-f]{16}) (\d+\.\d+)\r?$/gm);
  return new Map([...lines].map(([, name = '', checksum = '', seconds]) => [name, { checksum, seconds: Number(seconds) }]));
}

export function compare(ours: readonly number[], peer: readonly number[]): Comparison {
  const [a, b] = [median(ours), median(peer)];
  return { ours: a, peer: b, ratio: a / b, ...(ours.length > 1 ? { noise: noiseOf(ours, peer) } : {}) };
}
/** Half of what lies between the extremes, as a factor above 1. */
function noiseOf(ours: readonly number[], peer: readonly number[]): number {
  const ratios = ours.map((each, run) => each / (peer[run] ?? NaN));
  return Math.sqrt(Math.max(...ratios) / Math.min(...ratios)) - 1;
}

/**
 * Puts the runs of both sides together.
 * @throws Error when a case is missing or a checksum differs: wrong results are worth no time
 */
export function groupResult(
  cases: readonly { readonly name: string }[],
  ours: readonly Map<string, CaseLine>[],
  peer: readonly Map<string, CaseLine>[],
): GroupResult {
  const compared: Record<string, Comparison> = {};
  for (const { name } of cases) {
    const lines = (runs: readonly Map<string, CaseLine>[], side: string) =>
      runs.map((run) => {
        const line = run.get(name);
        if (!line) throw new Error(`${side} printed no result for ${name}`);
        return line;
      });
    const [a, b] = [lines(ours, 'our guest'), lines(peer, "the peer's guest")];
    const checksums = new Set([...a, ...b].map(({ checksum }) => checksum));
    if (checksums.size > 1)
      throw new Error(
        `${name} gave different results: ours ${a.map(({ checksum }) => checksum).join(', ')}; the peer's ${b.map(({ checksum }) => checksum).join(', ')}`,
      );
    compared[name] = compare(
      a.map(({ seconds }) => seconds),
      b.map(({ seconds }) => seconds),
    );
  }
  return { ratio: geometricMean(Object.values(compared).map(({ ratio }) => ratio)), cases: compared };
}
